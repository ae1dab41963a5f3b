import { Decimal, type Json } from '@finport/core'
import type { FinportReading } from './read-with-finport.ts'
import type { JsonObject, SampleFile } from './samples.ts'

/** How many rows of a file an identity could be checked for, and for how many it holds to the cent. */
export type Checked = { name: string; checked: number; holding: number }

/** What owners write in place of an amount they don't show. */
const SCRUBBED = /\b12\.34\b|\*{4}/

const numberOf = (value: Json | undefined) =>
  Decimal.parse(typeof value === 'string' ? value : Number(value ?? 0)).unwrap()
const isNear = (a: Decimal, b: Decimal) => Math.abs(Number(Decimal.subtract(a, b))) < 0.01
const sum = (values: readonly Decimal[]) => values.reduce((total, value) => Decimal.add(total, value), numberOf(0))

function count(name: string, outcomes: readonly boolean[]): Checked {
  return { name, checked: outcomes.length, holding: outcomes.filter(Boolean).length }
}

/** Trades: the amounts of what a row became are its net amount, which is what its legs cost together. */
function checkTransactions({ rows }: SampleFile, { transactions }: FinportReading): Checked[] {
  const clean = rows.filter((row) => !SCRUBBED.test(JSON.stringify(row)))
  const amountOf = (id: string) =>
    sum(
      transactions
        .filter(({ providerTransactionId }) => providerTransactionId.split(':')[0] === id)
        .map(({ amount }) => amount),
    )
  const costsOf = ({ transferItems }: JsonObject) =>
    (transferItems as JsonObject[]).filter(({ cost }) => cost !== undefined).map(({ cost }) => numberOf(cost))
  const trades = clean.filter(({ type }) => type === 'TRADE')
  return [
    count(
      'amount = netAmount',
      clean.map((row) => isNear(amountOf(String(row.activityId)), numberOf(row.netAmount))),
    ),
    count(
      'netAmount = Σ cost',
      trades.map((row) => isNear(sum(costsOf(row)), numberOf(row.netAmount))),
    ),
  ]
}

/** Positions: value less cost is the profit that Schwab tells. */
function checkHoldings({ holdings }: FinportReading): Checked {
  const profits = holdings.map(({ rawData, marketValue, costBasis }) => {
    const { longOpenProfitLoss, shortOpenProfitLoss } = rawData as JsonObject
    const told = numberOf(longOpenProfitLoss ?? shortOpenProfitLoss)
    return isNear(Decimal.subtract(marketValue ?? numberOf(0), costBasis ?? numberOf(0)), told)
  })
  return count('value − cost = profit', profits)
}

/** Accounts: what they are worth is their cash and positions. */
function checkAccounts({ rows }: SampleFile): Checked {
  const outcomes = rows.flatMap(({ securitiesAccount }) => {
    const { currentBalances, positions, accountNumber: _, ...rest } = securitiesAccount as JsonObject
    const { liquidationValue, cashBalance } = currentBalances as JsonObject
    const text = JSON.stringify([currentBalances, positions, rest])
    if (SCRUBBED.test(text) || positions === undefined || liquidationValue === undefined) return []
    const values = (positions as JsonObject[]).map(({ marketValue }) => numberOf(marketValue))
    return [isNear(numberOf(liquidationValue), sum([numberOf(cashBalance), ...values]))]
  })
  return count('value = cash + Σ positions', outcomes)
}

/** The identities of a file, of rows whose amounts are really there. */
export function checkIdentities(sample: SampleFile, reading: FinportReading): Checked[] {
  if (sample.kind === 'transactions') return checkTransactions(sample, reading)
  return [...(sample.kind === 'accounts' ? [checkAccounts(sample)] : []), checkHoldings(reading)]
}
