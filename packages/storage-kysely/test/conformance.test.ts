import { credentialRepositoryConformance, repositoryConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { stores } from './stores.ts'

describe.each(Object.entries(stores))('%s', (_, openStore) => {
  async function open<T>(pick: (handle: Awaited<ReturnType<typeof openStore>>['handles'][number]) => T) {
    const { handles, close } = await openStore()
    return { handles: handles.map(pick), close }
  }
  const repositories = repositoryConformance({ open: () => open((handle) => handle.repositories) })
  const credentials = credentialRepositoryConformance({ open: () => open((handle) => handle.credentials) })
  for (const { name, run } of repositories) test(name, run, 30_000)
  for (const { name, run } of credentials) test(`credentials: ${name}`, run, 30_000)
})
