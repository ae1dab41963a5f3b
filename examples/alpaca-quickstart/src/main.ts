import type { ProviderError } from '@finport/core'
import { connectToPaper, connectToSandbox } from './connect.ts'
import { renderTable } from './table.ts'

const SHOWN = 15

function fail(error: ProviderError): never {
  console.error(`${error.message} (${error.code})`)
  process.exit(1)
}

const { APCA_API_KEY_ID: apiKey, APCA_API_SECRET_KEY: apiSecret } = process.env
const { title, provider, keys } = apiKey && apiSecret ? connectToPaper({ apiKey, apiSecret }) : connectToSandbox()

const credentials = provider.parseCredentials(keys)
if (credentials.isErr()) fail(credentials.error)

const accounts = await provider.fetchAccounts(credentials.value)
if (accounts.isErr()) fail(accounts.error)

console.log(title)
for (const { providerAccountId, name, status, currency, balance, cashBalance } of accounts.value.items) {
  console.log(`\n${name}: ${balance} ${currency}, of which ${cashBalance} in cash (${status})`)

  const holdings = await provider.fetchHoldings(credentials.value, providerAccountId)
  if (holdings.isErr()) fail(holdings.error)
  const held = holdings.value.items.map((one) => [
    one.symbol ?? '',
    one.assetType,
    one.quantity,
    one.costBasis ?? '',
    one.marketValue ?? '',
  ])
  console.log(`\n${renderTable(['holding', 'kind', 'quantity', 'cost', 'value'], held)}`)

  const transactions = await provider.fetchTransactions(credentials.value, providerAccountId)
  if (transactions.isErr()) fail(transactions.error)
  const { items, covered, warnings, rejected } = transactions.value
  const recent = items
    .slice(-SHOWN)
    .reverse()
    .map((one) => [one.transactionDate, one.subtype ?? one.transactionType, one.amount, one.currency, one.description])
  console.log(`\n${renderTable(['date', 'what', 'amount', '', 'description'], recent)}`)
  console.log(`\n${items.length} transactions, all there are from ${covered?.from ?? '?'} to ${covered?.to ?? '?'}.`)
  for (const { message } of warnings) console.log(`Warning: ${message}`)
  for (const { path, reason } of rejected) console.log(`Not readable: ${path}: ${reason}`)
}
