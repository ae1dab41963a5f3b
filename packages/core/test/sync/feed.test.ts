import { describe, expect, test } from 'vitest'
import {
  type ChangePage,
  createMemoryRepositories,
  Err,
  type Json,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderUnavailableError,
  type Result,
  StorageError,
} from '../../src/index.ts'
import { createFeed, type FeedPage } from '../../src/sync/feed.ts'
import { fakeMetadata } from '../fake-provider.ts'
import { connectionId, countingBytes, userId } from './synced-bank.ts'

const context = { provider: 'task-list', operation: 'fetchChanges' }

/** A list of tasks whose changes are numbered: a cursor is the number of the last one, of the generation it belongs to. */
function taskList(changes: string[], perPage = 2) {
  const list = { changes, generation: 1, asked: [] as (string | null)[], failAt: -1 }
  async function* fetchChanges(cursor: string | null): AsyncGenerator<Result<ChangePage<Json>, ProviderError>> {
    list.asked.push(cursor)
    const [generation, number] = cursor === null ? [list.generation, 0] : cursor.split(':').map(Number)
    if (generation !== list.generation) {
      const issues = [{ path: 'cursor', reason: 'It is too old.' }]
      return yield Err(new ProviderInvalidInputError({ ...context, issues }))
    }
    for (let at = number ?? 0; at < list.changes.length; at += perPage) {
      if (at === list.failAt) return yield Err(new ProviderUnavailableError(context))
      const page = list.changes.slice(at, at + perPage)
      yield Ok({ changes: page, rejected: [], warnings: [], nextCursor: `${generation}:${at + page.length}` })
    }
  }
  return { ...list, list, fetchChanges }
}

function feedOf(source: ReturnType<typeof taskList>, repositories = createMemoryRepositories()) {
  const { fetchChanges } = source
  const open = async () => Ok({ protocol: 1 as const, slug: 'task-list', metadata: fakeMetadata, fetchChanges })
  const feed = createFeed({ repositories, now: Date.now, random: countingBytes(), open })
  const kept: string[] = []
  const keep = async ({ changes, fromStart }: FeedPage): Promise<Result<undefined, StorageError>> => {
    if (fromStart) kept.push('start')
    kept.push(...(changes as string[]))
    return Ok(undefined)
  }
  return { kept, feed: (onPage = keep) => feed({ userId, connectionId, onPage }) }
}

const tasks = ['a', 'b', 'c', 'd', 'e']

describe('a feed', () => {
  test('hands on everything once, and then what is new', async () => {
    const source = taskList([...tasks])
    const { feed, kept } = feedOf(source)
    expect((await feed()).unwrap()).toEqual({ connectionId, pages: 3, changes: 5, rejected: 0 })
    expect((await feed()).unwrap()).toMatchObject({ pages: 0 })
    source.list.changes.push('f')
    await feed()
    expect(kept).toEqual(['start', ...tasks, 'f'])
  })

  test('goes on behind the last page that was kept', async () => {
    const source = taskList(tasks)
    const { feed, kept } = feedOf(source)
    let pages = 0
    const refuse = new StorageError('STORAGE_UNAVAILABLE')
    const stopped = await feed(async () => (++pages < 2 ? Ok(undefined) : Err(refuse)))
    expect(stopped.isErr() && stopped.error).toBe(refuse)
    await feed()
    expect(kept).toEqual(['c', 'd', 'e'])
  })

  test('whose host throws lets go of its lease and comes again with the page', async () => {
    const { feed, kept } = feedOf(taskList(tasks))
    const thrown = feed(async () => {
      throw new RangeError('of the host')
    })
    await expect(thrown).rejects.toThrow('of the host')
    expect((await feed()).isOk()).toBe(true)
    expect(kept).toEqual(['start', ...tasks])
  })

  test('that breaks off at the provider keeps what it had', async () => {
    const source = taskList(tasks)
    source.list.failAt = 2
    const { feed, kept } = feedOf(source)
    const broken = await feed()
    expect(broken.isErr() && broken.error.code).toBe('PROVIDER_UNAVAILABLE')
    source.list.failAt = -1
    await feed()
    expect(kept).toEqual(['start', ...tasks])
  })

  test('starts again when the provider no longer knows its cursor', async () => {
    const source = taskList(tasks)
    const { feed, kept } = feedOf(source)
    await feed()
    source.list.generation = 2
    source.list.changes = ['c', 'x']
    expect((await feed()).unwrap()).toMatchObject({ pages: 1 })
    expect(kept).toEqual(['start', ...tasks, 'start', 'c', 'x'])
    expect(source.list.asked).toEqual([null, '1:5', null])
    await feed()
    expect(source.list.asked.at(-1)).toBe('2:2')
  })

  test('of a connector without changes is refused', async () => {
    const open = async () => Ok({ protocol: 1 as const, slug: 'bank', metadata: fakeMetadata })
    const repositories = createMemoryRepositories()
    const feed = createFeed({ repositories, now: Date.now, random: countingBytes(), open })
    const refused = await feed({ userId, connectionId, onPage: async () => Ok(undefined) })
    expect(refused.isErr() && refused.error.code).toBe('PROVIDER_INVALID_INPUT')
  })

  test('that stalled until another took its place hands on nothing more', async () => {
    let now = Date.parse('2026-02-01T12:00:00Z')
    const repositories = createMemoryRepositories({ now: () => now })
    const source = taskList(tasks)
    const { fetchChanges } = source
    source.fetchChanges = async function* (cursor) {
      let pages = 0
      for await (const page of fetchChanges(cursor)) {
        if (++pages === 2) {
          now += 10 * 60_000
          await repositories.leases.acquire({ key: `sync:${connectionId}`, owner: 'other', milliseconds: 60_000 })
        }
        yield page
      }
    }
    const { feed, kept } = feedOf(source, repositories)
    const ended = await feed()
    expect(ended.isErr() && ended.error.code).toBe('SYNC_IN_PROGRESS')
    expect(kept).toEqual(['start', 'a', 'b'])
  })

  test('is refused while another one runs', async () => {
    const repositories = createMemoryRepositories()
    const { feed } = feedOf(taskList(tasks), repositories)
    const inner: (string | null)[] = []
    await feed(async () => {
      const refused = await feed()
      inner.push(refused.isErr() ? refused.error.code : null)
      return Ok(undefined)
    })
    expect(inner[0]).toBe('SYNC_IN_PROGRESS')
  })
})
