/**
 * Reads a long history from Alpaca's sandbox, with and without its faults: the requests it takes, the time that the rate limit asks for, the memory, and whether every activity came.
 *
 *     pnpm bench:alpaca [--activities 20000]
 */
import { parseArgs } from 'node:util'
import { createProvider, Decimal } from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { type AlpacaSandboxFaults, createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { peakMemory } from './peak-memory.ts'
import { renderTable } from './table.ts'

const { values } = parseArgs({ options: { activities: { type: 'string', default: '20000' } } })
const activities = Number(values.activities)
if (!(Number.isInteger(activities) && activities > 0)) {
  console.error('usage: pnpm bench:alpaca [--activities <number>]')
  process.exit(1)
}

const NEWEST = Date.parse('2026-11-20T20:00:00Z')
const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(0)

async function readHistory(faults: AlpacaSandboxFaults) {
  let clock = NEWEST
  const now = () => clock
  const sleep = async (milliseconds: number) => {
    clock += milliseconds
  }
  const sandbox = createAlpacaSandbox({ now, sleep, activities, days: 365, faults })
  const requests = { all: 0, byDay: 0, refused: 0 }
  const fetch = async (request: Request) => {
    requests.all++
    if (request.url.includes('date=')) requests.byDay++
    const response = await sandbox.fetch(request)
    if (response.status === 429) requests.refused++
    return response
  }
  const provider = createProvider(alpaca, {}, { fetch, now, sleep }).unwrap()
  const key = provider.parseCredentials(sandbox.credentials).unwrap()
  const before = peakMemory()
  const [account] = (await provider.fetchAccounts(key)).unwrap().items
  const batch = (await provider.fetchTransactions(key, account?.providerAccountId ?? '')).unwrap()
  const cash = batch.items
    .filter(({ status }) => status !== 'reversed')
    .reduce((sum, { amount }) => Decimal.add(sum, amount), '0' as Decimal)
  return {
    batch,
    requests,
    seconds: (clock - NEWEST) / 1000,
    agrees: cash === account?.cashBalance,
    peak: peakMemory(),
    before,
  }
}

const faults: AlpacaSandboxFaults[] = [{}, { skippedRows: true }, { changedPrefixes: true }, { serverErrors: 5 }]
const rows: string[][] = []
let isRight = true
for (const fault of faults) {
  const { batch, requests, seconds, agrees, peak, before } = await readHistory(fault)
  isRight &&= agrees && batch.warnings.length === 0
  rows.push([
    JSON.stringify(fault),
    batch.items.length.toLocaleString('en'),
    agrees ? 'yes' : 'NO',
    String(batch.warnings.length),
    `${requests.all}, ${requests.byDay} of them by day`,
    String(requests.refused),
    seconds.toFixed(0),
    `${megabytes(before)} → ${megabytes(peak)}`,
  ])
}
console.log(
  renderTable(
    [
      'faults',
      'transactions',
      'sum is the cash',
      'warnings',
      'requests',
      'refused with 429',
      'seconds of waiting',
      'peak MB',
    ],
    rows,
  ),
)
process.exitCode = isRight ? 0 : 1
