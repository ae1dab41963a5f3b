import { credentialRepositoryConformance, repositoryConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { type Handle, openStore, postgresUrl, sharedKinds } from './stores.ts'

async function open<T>(kind: Parameters<typeof openStore>[0], pick: (handle: Handle) => T) {
  const { handles, close } = await openStore(kind)
  return { handles: handles.map(pick), close }
}

describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  const repositories = repositoryConformance({ open: () => open(kind, (handle) => handle.repositories) })
  const credentials = credentialRepositoryConformance({ open: () => open(kind, (handle) => handle.credentials) })
  for (const { name, run } of repositories) test(name, run, 60_000)
  for (const { name, run } of credentials) test(`credentials: ${name}`, run, 60_000)
})

/** Where a host's database is serializable, transactions that clash are refused one after the other. */
describe.runIf(postgresUrl !== undefined)('PostgreSQL, serializable', () => {
  const cases = repositoryConformance({
    open: () => open('PostgreSQL, serializable', (handle) => handle.repositories),
  })
  for (const { name, run } of cases) if (/many|transaction:/.test(name)) test(name, run, 60_000)
})
