import type { ProviderError } from '../errors/provider-error.ts'
import type { Json } from '../json.ts'
import {
  hasMethod,
  isActor,
  isChangeSource,
  isExchangeProvider,
  isOAuthProvider,
  isProvider,
  isSnapshotProvider,
  type RequestOptions,
} from '../provider.ts'
import { Ok, type Result } from '../result.ts'
import { settle, settleAll } from './assertions.ts'
import type { ProviderHarness, Session } from './harness.ts'

/** What a call gave, in the one form in which two runs of it are compared. */
export type Given = {
  /** Every record in it, by the account that it is or belongs to. */
  records: readonly { account: string; id: string }[]
  warnings: number
  rejected: number
  value: unknown
}

/** A call that may use the network. */
export type NetworkCall = {
  name: string
  /** Whether it reads data, turns what works once into what is kept, ends a grant, or does something. */
  kind: 'data' | 'login' | 'revoke' | 'action'
  /** Runs it; an assertion that fails names `what`. */
  run(what: string, options?: RequestOptions): Promise<Result<Given, ProviderError>>
}

/** What the kit makes up where a user's own would be needed. */
export const madeUp = { code: 'code-of-the-kit', refreshToken: 'refresh-token-of-the-kit' }

type Lists = {
  changes?: readonly Json[]
  accounts?: readonly { providerAccountId: string }[]
  transactions?: readonly { providerAccountId: string; providerTransactionId: string }[]
  holdings?: readonly { providerAccountId: string; providerHoldingId: string }[]
  warnings: readonly unknown[]
  rejected: readonly unknown[]
}

function toGiven(value: unknown, pages: readonly Lists[] = []): Given {
  const records = pages.flatMap(({ accounts = [], transactions = [], holdings = [], changes = [] }) => [
    ...accounts.map(({ providerAccountId: account }) => ({ account, id: `account ${account}` })),
    ...transactions.map((one) => ({
      account: one.providerAccountId,
      id: `transaction ${one.providerAccountId} ${one.providerTransactionId}`,
    })),
    ...holdings.map((one) => ({
      account: one.providerAccountId,
      id: `holding ${one.providerAccountId} ${one.providerHoldingId}`,
    })),
    ...changes.map((change) => ({ account: '', id: `change ${JSON.stringify(change)}` })),
  ])
  const count = (list: 'warnings' | 'rejected') => pages.reduce((sum, page) => sum + page[list].length, 0)
  return { records, warnings: count('warnings'), rejected: count('rejected'), value }
}

/** Every call of a session's provider that may use the network: of its data for each account, of what only some can where it can. The same ones in the same order for every session of a harness. */
export function networkCalls(
  { connector, credentials }: Session,
  accounts: readonly string[],
  { input, exchangeInput = input, action }: ProviderHarness,
): NetworkCall[] {
  const calls: NetworkCall[] = []
  const add = (name: string, kind: NetworkCall['kind'], run: NetworkCall['run']) => calls.push({ name, kind, run })

  if (isProvider(connector)) {
    add('fetchAccounts', 'data', async (what, options) => {
      const result = await settle(what, () => connector.fetchAccounts(credentials, options))
      return result.map((batch) => toGiven(batch, [{ ...batch, accounts: batch.items }]))
    })
    for (const id of accounts) {
      add('fetchTransactions', 'data', async (what, options) => {
        const result = await settle(what, () => connector.fetchTransactions(credentials, id, options))
        return result.map((batch) => toGiven(batch, [{ ...batch, transactions: batch.items }]))
      })
      add('fetchHoldings', 'data', async (what, options) => {
        const result = await settle(what, () => connector.fetchHoldings(credentials, id, options))
        return result.map((batch) => toGiven(batch, [{ ...batch, holdings: batch.items }]))
      })
    }
  }
  if (isSnapshotProvider(connector)) {
    add('fetchSnapshot', 'data', async (what, options) => {
      const pages = []
      for (const page of await settleAll(what, () => connector.fetchSnapshot(credentials, options))) {
        if (page.isErr()) return page
        pages.push(page.value)
      }
      return Ok(toGiven(pages, pages))
    })
  }
  if (isOAuthProvider(connector)) {
    const tokens = { exchangeCodeForTokens: madeUp.code, refreshAccessToken: madeUp.refreshToken }
    for (const name of ['exchangeCodeForTokens', 'refreshAccessToken'] as const) {
      if (!hasMethod(connector, name)) continue
      add(name, 'login', async (what, options) =>
        // Tokens are given to be read: they are not searched for secrets.
        (await settle(what, () => connector[name](tokens[name], options))).map(() => toGiven(null)),
      )
    }
  }
  if (isExchangeProvider(connector)) {
    add('exchangeCredentials', 'login', async (what, options) =>
      (await settle(what, () => connector.exchangeCredentials(exchangeInput(), options))).map((value) =>
        toGiven(value),
      ),
    )
  }
  if (isChangeSource(connector)) {
    add('fetchChanges', 'data', async (what, options) => {
      const pages = []
      for (const page of await settleAll(what, () => connector.fetchChanges(credentials, null, options))) {
        if (page.isErr()) return page
        pages.push(page.value)
      }
      return Ok(toGiven(pages, pages))
    })
  }
  if (isActor(connector) && action !== undefined) {
    add('act', 'action', async (what, options) =>
      (await settle(what, () => connector.act(credentials, action() as Json, options))).map((value) => toGiven(value)),
    )
  }
  add('revoke', 'revoke', async (what, options) =>
    (await settle(what, () => connector.revoke(credentials, options))).map((value) => toGiven(value)),
  )
  return calls
}
