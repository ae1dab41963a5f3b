import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import {
  connectToStore,
  credentialRepositoryConformance,
  type ProcessChannel,
  repositoryConformance,
  type StoreHandle,
  serveStore,
} from '../src/conformance/index.ts'
import { createMemoryCredentialRepository, createMemoryRepositories } from '../src/index.ts'
import { openSqliteRepositories } from './sqlite-repositories.ts'

describe('repositories in memory', () => {
  const open = async () => {
    const repositories = createMemoryRepositories()
    return { handles: [repositories, repositories, repositories] }
  }
  for (const { name, run } of repositoryConformance({ open })) test(name, run)
})

describe('the repositories in a file that these tests use', () => {
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'finport-core-'))
    const handles = [0, 1, 2].map(() => openSqliteRepositories(join(folder, 'finport.sqlite')))
    const close = async () => {
      for (const handle of handles) handle.close()
      await rm(folder, { recursive: true })
    }
    return { handles, close }
  }
  for (const { name, run } of repositoryConformance({ open })) test(name, run)
})

/** Both ends of a line that copies what goes over it, as one between processes does. */
function createLine(): [ProcessChannel, ProcessChannel] {
  const ends = [new EventEmitter(), new EventEmitter()] as const
  const channelOf = (own: EventEmitter, other: EventEmitter): ProcessChannel => ({
    send: (message) => void setImmediate((copy: object) => other.emit('message', copy), structuredClone(message)),
    on: (event, listener) => own.on(event, listener),
  })
  return [channelOf(ends[0], ends[1]), channelOf(ends[1], ends[0])]
}

describe('the repositories in memory, over lines to another process', () => {
  async function open<T>(pick: (handle: StoreHandle) => T) {
    const store = { repositories: createMemoryRepositories(), credentials: createMemoryCredentialRepository() }
    const handles = [1, 2, 3].map(() => {
      const [here, there] = createLine()
      serveStore(store, there)
      return pick(connectToStore(here))
    })
    return { handles }
  }
  for (const { name, run } of repositoryConformance({ open: () => open(({ repositories }) => repositories) }))
    test(name, run)
  for (const { name, run } of credentialRepositoryConformance({ open: () => open(({ credentials }) => credentials) }))
    test(`credentials: ${name}`, run)
})
