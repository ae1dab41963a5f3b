import { type Account, Err, type Holding, Ok, type Repositories, type Result, type StorageError } from '@finport/core'
import { Hono } from 'hono'
import { type AllocationSlice, toAllocation } from '../allocation.ts'
import { answer, refuse } from '../answer.ts'
import { type BalancePoint, isCashOnly, toBalanceHistory } from '../balance-history.ts'
import type { AppEnv } from '../session.ts'

/** An account as the page shows it. */
export type AccountView = Pick<
  Account,
  | 'id'
  | 'connectionId'
  | 'name'
  | 'accountNumberMasked'
  | 'category'
  | 'accountType'
  | 'currency'
  | 'balance'
  | 'availableBalance'
  | 'balanceAsOf'
  | 'paper'
>

/** A position as the page shows it. */
export type HoldingView = Pick<
  Holding,
  | 'id'
  | 'accountId'
  | 'symbol'
  | 'securityName'
  | 'assetType'
  | 'quantity'
  | 'costBasis'
  | 'marketValue'
  | 'currency'
  | 'currentPrice'
>

export type Portfolio = { accounts: AccountView[]; holdings: HoldingView[]; allocation: AllocationSlice[] }

/** Two years by day. */
const MOST_BALANCES = 732

function toAccountView(account: Account): AccountView {
  const { id, connectionId, name, accountNumberMasked, category, accountType } = account
  const { currency, balance, availableBalance, balanceAsOf, paper } = account
  const names = { id, connectionId, name, accountNumberMasked, category, accountType }
  return { ...names, currency, balance, availableBalance, balanceAsOf, paper }
}

function toHoldingView(holding: Holding): HoldingView {
  const { id, accountId, symbol, securityName, assetType, quantity } = holding
  const { costBasis, marketValue, currency, currentPrice } = holding
  return { id, accountId, symbol, securityName, assetType, quantity, costBasis, marketValue, currency, currentPrice }
}

/** The accounts of connections that were not ended. */
async function listAccounts(repositories: Repositories, userId: string): Promise<Result<Account[], StorageError>> {
  const connections = await repositories.connections.list({ userId, after: null, limit: 1_000 })
  if (connections.isErr()) return connections
  const shown = new Set(connections.value.filter(({ status }) => status !== 'revoked').map(({ id }) => id))
  const accounts = await repositories.accounts.listByUser(userId)
  return accounts.map((all) => all.filter(({ connectionId, isActive }) => isActive && shown.has(connectionId)))
}

async function readPortfolio(repositories: Repositories, userId: string): Promise<Result<Portfolio, StorageError>> {
  const accounts = await listAccounts(repositories, userId)
  if (accounts.isErr()) return accounts
  const all = await repositories.holdings.listByUser(userId)
  if (all.isErr()) return all
  const shown = new Set(accounts.value.map(({ id }) => id))
  const holdings = all.value.filter(({ accountId }) => shown.has(accountId))
  const investments = accounts.value.filter(({ category }) => category === 'investment')
  return Ok({
    accounts: accounts.value.map(toAccountView),
    holdings: holdings.map(toHoldingView),
    allocation: toAllocation(investments, holdings, 'USD'),
  })
}

async function readBalances(
  { balances, transactions }: Repositories,
  account: Account,
): Promise<Result<{ points: BalancePoint[] }, StorageError>> {
  const { userId, id: accountId } = account
  const told = await balances.list({ userId, accountId, after: null, limit: MOST_BALANCES })
  if (told.isErr()) return told
  if (!isCashOnly(account)) return Ok({ points: toBalanceHistory(told.value, []) })
  const rows = await transactions.list({ userId, accountId, after: null, limit: 5_000 })
  return rows.isErr() ? Err(rows.error) : Ok({ points: toBalanceHistory(told.value, rows.value) })
}

/** A user's accounts with what is in them, and the balances of each over time. */
export function accountRoutes(repositories: Repositories): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/', async (c) => answer(c, await readPortfolio(repositories, c.get('session').userId)))
    .get('/:id/balances', async (c) => {
      const account = await repositories.accounts.find(c.get('session').userId, c.req.param('id'))
      if (account.isErr()) return refuse(c, account.error)
      if (account.value === null) return refuse(c, { code: 'NOT_FOUND' })
      return answer(c, await readBalances(repositories, account.value))
    })
}
