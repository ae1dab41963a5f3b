/**
 * Has processes use connections whose tokens end all the time, over one store, SQLite unless PostgreSQL is asked for, and a provider that revokes a login when a refresh token comes twice; kills some of them, and opens one connection many times at once.
 *
 *     node scripts/race.ts [seconds] [kills] [opens] [SQLite | PostgreSQL]
 */
import { join } from 'node:path'
import {
  type RaceStore,
  type RaceTerms,
  raceOpens,
  raceRefresh,
} from '../packages/vault/test/processes/refresh-race.ts'
import { createPlace, removePlace, type StoreName, storeNames } from './kysely-store.ts'

const words = process.argv.slice(2)
const name = words.find((word): word is StoreName => storeNames.some((one) => one === word)) ?? 'SQLite'
const [seconds = 10, kills = 100, opens = 10_000] = words.filter((word) => word !== name).map(Number)
const store: RaceStore = {
  module: join(import.meta.dirname, 'kysely-store.ts'),
  createPlace: () => createPlace(name),
  removePlace,
}

const terms: RaceTerms = {
  store,
  processes: 8,
  connections: 4,
  milliseconds: seconds * 1_000,
  accessTokenSeconds: 1,
  graceSeconds: 0,
  latency: [30, 330],
}
const rows: [name: string, terms: RaceTerms, isWhole: 'whole' | 'in doubt' | 'a control'][] = [
  ['strict, nobody killed', terms, 'whole'],
  [
    'strict, answers after the lease',
    { ...terms, accessTokenSeconds: 4, latency: [1_200, 2_400], limits: { leaseMilliseconds: 1_000 } },
    'whole',
  ],
  ['grace of 5 s, killed', { ...terms, graceSeconds: 5, kills }, 'whole'],
  ['strict, killed', { ...terms, limits: { leaseMilliseconds: 2_000 }, kills }, 'in doubt'],
  ['control: leases for everybody', { ...terms, isWithoutLeases: true }, 'a control'],
]

let isAsExpected = true
const figures: Record<string, object> = {}
for (const [name, rowTerms, expected] of rows) {
  const { lost, errors, ...counts } = await raceRefresh(rowTerms)
  const silent = Object.entries(lost).filter(([reason]) => reason !== 'refresh_in_doubt')
  const losses = Object.values(lost).reduce((sum, times) => sum + times, 0)
  if (expected === 'whole' && (losses > 0 || counts.revoked > 0)) isAsExpected = false
  if (expected === 'in doubt' && silent.length > 0) isAsExpected = false
  if (expected === 'a control' && losses === 0) isAsExpected = false
  figures[name] = { ...counts, lost: JSON.stringify(lost), errors: JSON.stringify(errors) }
}
console.log(name)
console.table(figures)

const { requests, answers, milliseconds } = await raceOpens({ processes: 8, opens, latency: [30, 330], store })
console.log(
  `${opens} opens at once in 8 processes, the token ended: ${requests} refresh request, answers ${JSON.stringify(answers)}, ${Math.round(milliseconds)} ms`,
)
if (!isAsExpected || requests !== 1 || Object.keys(answers).length !== 1) process.exitCode = 1
