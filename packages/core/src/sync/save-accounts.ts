import type { ProviderAccountData } from '../data/account.ts'
import type { BalanceSource } from '../data/balance.ts'
import type { Batch } from '../data/batch.ts'
import { civilDate, type Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Account } from '../ports/account-repository.ts'
import type { AccountBalance } from '../ports/balance-repository.ts'
import type { TransactionalRepositories } from '../ports/repositories.ts'
import { Ok, type Result } from '../result.ts'
import { isSameData } from './changes.ts'

/** Accounts of a connection, as they were told. */
export type AccountsToSave = {
  readonly connection: { readonly id: string; readonly userId: string }
  readonly batch: Pick<Batch<ProviderAccountData>, 'items' | 'rejected' | 'complete'>
  readonly merge?: (stored: Account, told: ProviderAccountData) => ProviderAccountData
  readonly source: BalanceSource
  /** The zone of the institution's calendar. */
  readonly timeZone: string
  readonly now: Instant
  readonly createId: () => string
}

/**
 * Writes what of a connection's accounts has changed, and the balance of the day of each. Those that a complete answer does not name become inactive.
 *
 * @returns the accounts that were told, as they are stored now.
 */
export async function saveAccounts(
  inside: Pick<TransactionalRepositories, 'accounts' | 'balances'>,
  { connection, batch, merge = (_, told) => told, source, timeZone, now, createId }: AccountsToSave,
): Promise<Result<Account[], StorageError>> {
  const stored = await inside.accounts.listByConnection(connection.id)
  if (stored.isErr()) return stored
  const known = new Map(stored.value.map((row) => [row.providerAccountId, row]))
  const told = new Map(batch.items.map((item) => [item.providerAccountId, item]))

  const accounts = [...told.values()].map((data): Account => {
    const row = known.get(data.providerAccountId)
    if (row === undefined)
      return { ...data, id: createId(), userId: connection.userId, connectionId: connection.id, version: 1 }
    const merged = merge(row, data)
    return isSameData<ProviderAccountData>(row, merged) ? row : { ...row, ...merged, version: row.version + 1 }
  })
  const unread = new Set(batch.rejected.map(({ id }) => id))
  const isGone = ({ isActive, providerAccountId: id }: Account) => isActive && !told.has(id) && !unread.has(id)
  const gone = batch.complete && !unread.has(null) ? stored.value.filter(isGone) : []
  const saved = await inside.accounts.save([
    ...accounts,
    ...gone.map((row) => ({ ...row, isActive: false, version: row.version + 1 })),
  ])
  if (saved.isErr()) return saved

  const balances: AccountBalance[] = []
  for (const account of accounts) {
    const data = told.get(account.providerAccountId)
    const balance = data === undefined ? null : toBalance(account, data, { source, timeZone, now })
    if (balance === null) continue
    const isNews = await isNewer(inside, balance)
    if (isNews.isErr()) return isNews
    if (isNews.value) balances.push(balance)
  }
  const written = balances.length === 0 ? Ok(0) : await inside.balances.save(balances)
  return written.map(() => accounts)
}

function toBalance(
  account: Account,
  { balance, holdingsValue, cashBalance, currency, balanceAsOf }: ProviderAccountData,
  { source, timeZone, now }: Pick<AccountsToSave, 'source' | 'timeZone' | 'now'>,
): AccountBalance | null {
  if (balance === null) return null
  const asOf = balanceAsOf ?? now
  const owner = { userId: account.userId, accountId: account.id, day: civilDate(asOf, timeZone) }
  return { ...owner, balance, holdingsValue, cashValue: cashBalance, currency, source, asOf }
}

/** Whether it says something else than the day's balance that is stored, and later. */
async function isNewer(
  { balances }: Pick<TransactionalRepositories, 'balances'>,
  balance: AccountBalance,
): Promise<Result<boolean, StorageError>> {
  const { userId, accountId, day, asOf } = balance
  const stored = await balances.list({ userId, accountId, from: day, to: day, after: null, limit: 1 })
  return stored.map(([row]) => {
    if (row === undefined) return true
    return asOf >= row.asOf && !isSameData<AccountBalance>(row, { ...balance, asOf: row.asOf })
  })
}
