import { type ConformanceCase, credentialRepositoryConformance, repositoryConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { type Handle, openStore, postgresUrl, sharedKinds } from './stores.ts'

/** What many do to each other is the same in every time zone, and takes a while. */
const isEverything = process.env.TZ === 'UTC'
const isRace = ({ name }: ConformanceCase) => /many|transaction:|ended/.test(name)

async function open<T>(kind: Parameters<typeof openStore>[0], pick: (handle: Handle) => T) {
  const { handles, close } = await openStore(kind)
  return { handles: handles.map(pick), close }
}

describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  const repositories = repositoryConformance({ open: () => open(kind, (handle) => handle.repositories) })
  const credentials = credentialRepositoryConformance({ open: () => open(kind, (handle) => handle.credentials) })
  for (const one of repositories) test.runIf(isEverything || !isRace(one))(one.name, one.run, 60_000)
  for (const one of credentials) test.runIf(isEverything || !isRace(one))(`credentials: ${one.name}`, one.run, 60_000)
})

/** Where a host's database is serializable, transactions that clash are refused one after the other. */
describe.runIf(isEverything && postgresUrl !== undefined)('PostgreSQL, serializable', () => {
  const cases = repositoryConformance({
    open: () => open('PostgreSQL, serializable', (handle) => handle.repositories),
  })
  for (const { name, run } of cases.filter(isRace)) test(name, run, 60_000)
})
