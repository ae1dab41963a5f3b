import type { ProviderAccountData } from '../data/account.ts'
import type { ProviderTransactionData } from '../data/transaction.ts'
import type { Json } from '../json.ts'

/**
 * What is known of a transaction once another file tells it again. Files know different things of the same transaction, and none of them is the truth: a value is never lost to `null`, a description never to a shorter
 * one, a kind never to one that says no more than the sign of the amount, and what was posted never becomes pending again, nor are its amount and day those that were foreseen.
 */
export function mergeTransaction(
  stored: ProviderTransactionData,
  told: ProviderTransactionData,
): ProviderTransactionData {
  const isPendingAgain = told.status === 'pending' && stored.status !== 'pending'
  const learned = fillGaps(stored, told)
  const merged = isPendingAgain ? fillGaps(told, stored) : learned
  const isShorter = told.description.length < stored.description.length
  const [known, heard] = [precisionOf(stored), precisionOf(told)]
  const saysLess = heard < known || (heard === known && (isPendingAgain || (heard < 2 && isShorter)))
  const { transactionType, subtype, providerType, rail, rawData } = saysLess ? stored : learned
  return {
    ...merged,
    ...{ transactionType, subtype, providerType, rail, rawData },
    description: isShorter ? stored.description : told.description,
    fees: told.fees.length === 0 || (isPendingAgain && stored.fees.length > 0) ? stored.fees : told.fees,
  }
}

/** What is known of an account once another file tells of it: {@link mergeTransaction}. An older balance never wins, and nor does anything else of an older file but what was not known. */
export function mergeAccount(stored: ProviderAccountData, told: ProviderAccountData): ProviderAccountData {
  if (isOlder(told, stored)) return { ...fillGaps(told, stored), ...kindKept(told, stored) }
  const merged = { ...fillGaps(stored, told), ...kindKept(stored, told) }
  if (told.balance !== null) return merged
  // A file without a balance says nothing of the cash either: the figures of one moment stay together.
  const { balance, availableBalance, cashBalance, holdingsValue, balanceAsOf } = stored
  return { ...merged, balance, availableBalance, cashBalance, holdingsValue, balanceAsOf }
}

/** The kind of an account, and the name that says it: a newer file that does not know the one has no better word for the other. */
function kindKept(older: ProviderAccountData, newer: ProviderAccountData): Partial<ProviderAccountData> {
  if (newer.accountType !== 'unknown' || older.accountType === 'unknown') return {}
  const { category, accountType, providerAccountType, name } = older
  return { category, accountType, providerAccountType, name }
}

/** Whether what an account says of its balance is of an earlier moment, or of none that is known. */
export function isOlder(
  one: Pick<ProviderAccountData, 'balanceAsOf'>,
  other: Pick<ProviderAccountData, 'balanceAsOf'>,
): boolean {
  return other.balanceAsOf !== null && (one.balanceAsOf === null || one.balanceAsOf < other.balanceAsOf)
}

const isUnknown = (value: Json | undefined) => value === null || value === '' || value === 'unknown'

/** What is newer, and where that knows nothing, what is older. */
function fillGaps<T extends { readonly [field: string]: Json }>(older: T, newer: T): T {
  const known = Object.entries(newer).map(([field, value]) => [
    field,
    isUnknown(value) ? (older[field] ?? value) : value,
  ])
  return Object.fromEntries(known) as T
}

/** Kinds that a mere sign stands for, where the file does not say more than debit or credit. */
const directions: readonly (string | null)[] = ['deposit', 'withdrawal', 'purchase', 'refund', null]

/** How much a kind says: nothing, no more than the sign of the amount, or more than that. */
function precisionOf({ transactionType, subtype, rail }: ProviderTransactionData): 0 | 1 | 2 {
  if (transactionType === 'unknown') return 0
  return rail === null && directions.includes(subtype) ? 1 : 2
}
