import { credentialRepositoryConformance, repositoryConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { type Handle, openStore, postgresUrl, sharedKinds } from './stores.ts'

describe.each([...sharedKinds, 'PGlite'] as const)('%s', (kind) => {
  async function open<T>(pick: (handle: Handle) => T) {
    const { handles, close } = await openStore(kind)
    return { handles: handles.map(pick), close }
  }
  const repositories = repositoryConformance({ open: () => open((handle) => handle.repositories) })
  const credentials = credentialRepositoryConformance({ open: () => open((handle) => handle.credentials) })
  for (const { name, run } of repositories) test(name, run, 30_000)
  for (const { name, run } of credentials) test(`credentials: ${name}`, run, 30_000)
})

/** Where a host's database is serializable, or is CockroachDB, transactions that clash are refused one after the other. */
describe.runIf(postgresUrl !== undefined)('PostgreSQL, serializable', () => {
  const open = async () => {
    const { handles, close } = await openStore('PostgreSQL, serializable')
    return { handles: handles.map(({ repositories }) => repositories), close }
  }
  for (const { name, run } of repositoryConformance({ open }))
    if (/many|transaction:/.test(name)) test(name, run, 30_000)
})
