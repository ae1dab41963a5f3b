import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFinport, createRegistry, Decimal } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { chaseFile } from '@finport/provider-chase-file'
import { schwab } from '@finport/provider-schwab'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { formatDollars, toAllocation, toNetWorth, ZERO } from './portfolio.ts'
import { openSandboxes } from './sandboxes.ts'
import { openStore } from './store.ts'
import { printTable } from './table.ts'

const userId = 'user-1'
const sandboxes = openSandboxes(Date.parse('2026-11-20T21:30:00Z'))
const { fetch, now } = sandboxes
const store = await openStore()

// What an app makes once. Against the institutions themselves, leave out `fetch` and `now`, and give Schwab the keys of your app.
const providers = createRegistry({ fetch, now })
  .register(schwab, sandboxes.schwab.settings)
  .register(alpaca)
  .register(chaseFile)
const keyring = parseKeyring(generateKey()).unwrap()
const audit: string[] = []
const events = ({ action }: { action: string }) => void audit.push(action)
const vault = createVault({ keyring, credentials: store.credentials, now, events })
const finport = createFinport({ providers, vault, repositories: store.repositories, events, runtime: { now } })

// Schwab by OAuth: a route of yours sends the user there, and Schwab sends them back to another.
const login = (await finport.connections.beginOAuth({ userId, provider: 'schwab' })).unwrap()
const callback = await sandboxes.schwab.approve(login.authorizationUrl)
const broker = (await finport.connections.finishOAuth({ userId, provider: 'schwab', callback })).unwrap()

// Alpaca by a key that the user types.
const key = sandboxes.alpaca.credentials
const trading = (await finport.connections.connect({ userId, provider: 'alpaca', input: key })).unwrap()

// Chase by a file that the user downloaded.
const path = join(import.meta.dirname, '../data/chase-checking.qfx')
const file = { fileName: 'chase-checking.qfx', fileContent: () => createReadStream(path) }

/** Everything there is to know now, and what that changed. */
async function update() {
  const reports = [
    (await finport.importFile({ userId, file })).unwrap(),
    (await finport.sync({ userId, connectionId: broker.id })).unwrap(),
    (await finport.sync({ userId, connectionId: trading.id })).unwrap(),
  ]
  return reports.flatMap(({ accounts }) => accounts)
}
const first = await update()

const connections = (await finport.connections.list({ userId })).unwrap()
const accounts = (await store.repositories.accounts.listByUser(userId)).unwrap()
const holdings = (await store.repositories.holdings.listByUser(userId)).unwrap()
accounts.sort((a, b) => a.name.localeCompare(b.name, 'en'))
holdings.sort((a, b) => Decimal.compare(b.marketValue ?? ZERO, a.marketValue ?? ZERO))
const nameOf = (accountId: string) => accounts.find(({ id }) => id === accountId)?.name ?? ''

printTable(
  'Connections',
  ['Institution', 'Connected by', 'Status', 'Login lasts until'],
  providers.list().map(({ slug, displayName, authType }) => {
    const connection = connections.find(({ provider }) => provider === slug)
    const until = connection?.reauthenticateBy?.slice(0, 10) ?? ''
    return [displayName, authType.replace('_', ' '), connection?.status ?? '', until]
  }),
)
printTable(
  'Accounts',
  ['Account', 'Kind', 'Cash', 'Balance'],
  accounts.map(({ name, accountType, cashBalance, balance }) => [
    name,
    accountType,
    formatDollars(cashBalance),
    formatDollars(balance),
  ]),
)
printTable(
  'Holdings',
  ['Symbol', 'Kind', 'Account', 'Units', 'Cost', 'Value'],
  holdings.map(({ symbol, assetType, accountId, quantity, costBasis, marketValue }) => [
    symbol ?? '',
    assetType,
    nameOf(accountId),
    quantity,
    formatDollars(costBasis),
    formatDollars(marketValue),
  ]),
)
printTable(
  `Portfolio: ${formatDollars(toNetWorth(accounts))}`,
  ['Kind', 'Value', 'Share'],
  toAllocation(accounts, holdings).map(({ kind, value, share }) => [kind, formatDollars(value), share]),
)

// Schwab's access tokens live for half an hour. Nobody has to know: the vault refreshes them on the way.
sandboxes.advance(31 * 60_000)
audit.length = 0
const second = await update()
const refreshes = audit.filter((action) => action === 'PROVIDER_TOKEN_REFRESHED').length
printTable(
  'Transactions, and 31 minutes later',
  ['Account', 'First new', 'Then new', 'changed', 'removed', 'unchanged'],
  accounts.map(({ id, name }) => {
    const [before, after] = [first, second].map((reports) => reports.find(({ accountId }) => accountId === id))
    return [name, before?.added, after?.added, after?.modified, after?.removed, after?.unchanged].map(String)
  }),
)
console.log(`Tokens refreshed on the way: ${refreshes}`)

await store.db.destroy()
const stored = readFileSync(store.path, 'latin1')
console.log(`
Stored in ${store.path}
The secret of Alpaca's key in that file: ${stored.split(key.apiSecret).length - 1} times, as credentials are sealed.

Read next: examples/quickstart/src/main.ts, which is all of this.
Then: examples/web-backend, the same behind a web page. Your own files: npx -y pnpm@12.21.0 demo:file <file>`)
