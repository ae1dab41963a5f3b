import { credentialRepositoryConformance, repositoryConformance, type StoreHandle } from '@finport/core/conformance'
import { afterAll, describe, test } from 'vitest'
import { startProcesses } from './store-processes.ts'
import { sharedKinds } from './stores.ts'

const processes = startProcesses(3)
afterAll(() => processes.end())

describe.each(sharedKinds.filter((kind) => kind !== 'better-sqlite3'))('%s in processes of their own', (kind) => {
  async function open<T>(pick: (handle: StoreHandle) => T) {
    const { handles, close } = await processes.open(kind)
    return { handles: handles.map(pick), close }
  }
  const repositories = repositoryConformance({ open: () => open((handle) => handle.repositories) })
  const credentials = credentialRepositoryConformance({ open: () => open((handle) => handle.credentials) })
  for (const { name, run } of repositories) test(name, run, 30_000)
  for (const { name, run } of credentials) test(`credentials: ${name}`, run, 30_000)
})
