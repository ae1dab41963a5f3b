import { Decimal } from '@finport/core'
import type { AccountView } from '../routes/accounts.ts'
import { backend } from './backend.ts'
import { showBalanceChart } from './balance-chart.ts'
import { element, part } from './element.ts'
import { formatCount, formatMoney } from './format.ts'
import { describeProblem } from './problem.ts'

const ZERO = '0' as Decimal

type Sums = { currency: string; total: Decimal; owned: Decimal; owed: Decimal }

/** Sums by currency, exact. Play money is left out. */
function sumUp(accounts: readonly AccountView[]): Sums[] {
  const sums = new Map<string, Sums>()
  for (const { balance, currency, paper } of accounts) {
    if (balance === null || paper) continue
    const sum = sums.get(currency) ?? { currency, total: ZERO, owned: ZERO, owed: ZERO }
    sums.set(currency, sum)
    sum.total = Decimal.add(sum.total, balance)
    const side = balance.startsWith('-') ? 'owed' : 'owned'
    sum[side] = Decimal.add(sum[side], balance)
  }
  return [...sums.values()]
}

/** The account that the user chose; what is shown is another while there is none. */
let chosen = ''
let shown = ''

async function showBalances(into: HTMLElement, account: AccountView): Promise<void> {
  const answer = await backend.balances(account.id)
  if (shown !== account.id) return
  if (answer.isErr()) return into.replaceChildren(element('p', { class: 'empty' }, describeProblem(answer.error)))
  showBalanceChart(into, answer.value.points, account.currency)
}

/** What everything comes to, and the balance of one account over time. */
export function showOverview(accounts: readonly AccountView[]): void {
  const sums = sumUp(accounts)
  const facts = sums.flatMap(({ currency, owned, owed }) => [
    element('div', {}, element('dt', {}, 'You own'), element('dd', { class: 'number' }, formatMoney(owned, currency))),
    element(
      'div',
      {},
      element('dt', {}, 'You owe'),
      element('dd', { class: 'number' }, formatMoney(Decimal.negate(owed), currency)),
    ),
  ])
  const papers = accounts.filter(({ paper }) => paper).length
  const totals = element(
    'div',
    {},
    element('h1', { id: 'overview-title' }, 'Net worth'),
    ...sums.map(({ total, currency }) => element('p', { class: 'total number' }, formatMoney(total, currency))),
    element('dl', { class: 'facts' }, ...facts),
    papers > 0 && element('p', { class: 'muted small' }, `${formatCount(papers, 'paper account')} left out`),
  )

  // Those of cash have a past from the start.
  const ofCategory = (wanted: string) => accounts.find(({ category }) => category === wanted)
  const account =
    accounts.find(({ id }) => id === chosen) ?? ofCategory('depository') ?? ofCategory('credit') ?? accounts[0]
  if (account === undefined) return
  shown = account.id
  const chart = element('div')
  const select = element(
    'select',
    { 'aria-label': 'Account' },
    ...accounts.map(({ id, name }) => element('option', { value: id, selected: id === shown }, name)),
  )
  select.addEventListener('change', () => {
    const next = accounts.find(({ id }) => id === select.value)
    if (next === undefined) return
    chosen = next.id
    shown = next.id
    void showBalances(chart, next)
  })
  const head = element('div', { class: 'chart-head' }, element('h2', {}, 'Balance over time'), select)
  part('overview').replaceChildren(totals, element('div', {}, head, chart))
  void showBalances(chart, account)
}
