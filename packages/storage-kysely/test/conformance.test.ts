import { credentialRepositoryConformance, repositoryConformance } from '@finport/core/conformance'
import { describe, test } from 'vitest'
import { type Handle, openStore, sharedKinds } from './stores.ts'

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
