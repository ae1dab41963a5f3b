import { dayBefore } from './days.ts'
import { createDescriptions, type Description } from './descriptions.ts'
import type { Pieces } from './input-file.ts'
import { createRandom } from './random.ts'
import { amountOf, type Tally } from './tally.ts'

const ROWS_PER_DAY = 280
const PENDING_ROWS = 12
const TWIN_EVERY = 40

/** What Type says of a description, where money comes in and where it goes out. */
const types: Record<Description['kind'], { readonly in: string; readonly out: string }> = {
  electronic: { in: 'ACH_CREDIT', out: 'ACH_DEBIT' },
  transfer: { in: 'ACCT_XFER', out: 'ACCT_XFER' },
  shop: { in: 'DEBIT_CARD', out: 'DEBIT_CARD' },
}

/**
 * A checking account as Chase writes it, newest row first: the description in quotes and with entities, a comma too many at the end of each row, a running balance that adds up,
 * and none yet in the rows that are pending.
 */
export function* checkingCsv(rows: number): Pieces {
  const random = createRandom(0x4471)
  const nextDescription = createDescriptions(random, 'plain')
  const tally: Tally = { rows, cents: 0 }
  let balance = 2_400_000_000
  let day = ''
  let cents = 0
  let description = ''
  let type = ''
  yield 'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n'
  for (let row = 0; row < rows; row++) {
    const position = row % ROWS_PER_DAY
    if (position === 0) {
      const [year, month, dayOfMonth] = dayBefore(row / ROWS_PER_DAY)
      day = `${month}/${dayOfMonth}/${year}`
    }
    if (position === 0 || random.below(TWIN_EVERY) !== 0) {
      cents = (1 + random.below(90_000)) * (random.below(6) === 0 ? 1 : -1)
      const { text, kind } = nextDescription()
      description = text.replaceAll('&', '&amp;')
      type = types[kind][cents < 0 ? 'out' : 'in']
    }
    tally.cents += cents
    const details = cents < 0 ? 'DEBIT' : 'CREDIT'
    const shownBalance = row < PENDING_ROWS ? ' ' : amountOf(balance)
    yield `${details},${day},"${description}",${amountOf(cents)},${type},${shownBalance},,\n`
    if (row >= PENDING_ROWS) balance -= cents
  }
  return tally
}
