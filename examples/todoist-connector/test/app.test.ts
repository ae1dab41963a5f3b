import {
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  createRegistry,
  Err,
  Ok,
  type Result,
  StorageError,
} from '@finport/core'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { expect, test } from 'vitest'
import { type TodoistChange, todoist } from '../src/index.ts'
import { settings } from './session.ts'
import { createTodoist } from './todoist.ts'

const HOUR = 3_600_000
const userId = 'user-1'

/** What an app keeps of a user's tasks. A page is kept whole, or not at all while `isOutOfOrder`. */
function createTaskList() {
  const tasks = new Map<string, string>()
  const kept: { isFromStart: boolean; types: string[] }[] = []
  return {
    isOutOfOrder: false,
    tasks,
    kept,
    keep(changes: readonly unknown[], isFromStart: boolean): Result<void, StorageError> {
      if (this.isOutOfOrder) return Err(new StorageError('STORAGE_UNAVAILABLE'))
      kept.push({ isFromStart, types: changes.map((change) => (change as TodoistChange).type) })
      for (const change of changes as readonly TodoistChange[]) {
        if (change.type === 'reset') tasks.clear()
        if (change.type === 'task_removed') tasks.delete(change.taskId)
        if (change.type !== 'task') continue
        if (change.task.isCompleted) tasks.delete(change.task.id)
        else tasks.set(change.task.id, change.task.content)
      }
      return Ok(undefined)
    },
  }
}

/** An app on Finport with a user who has connected Todoist. `restart` makes it anew over the same store, as another process would. */
async function openApp() {
  const clock = { now: Date.parse('2026-11-02T09:00:00Z') }
  const now = () => clock.now
  const server = createTodoist({ now })
  server.addTask('t-1', 'File the taxes')
  const stored = { repositories: createMemoryRepositories(), credentials: createMemoryCredentialRepository() }
  const keyring = parseKeyring(generateKey()).unwrap()
  const list = createTaskList()

  const start = () => {
    const providers = createRegistry({ fetch: server.fetch, now, sleep: async () => {} }).register(todoist, settings)
    const vault = createVault({ keyring, credentials: stored.credentials, now })
    return createFinport({ providers, vault, repositories: stored.repositories, runtime: { now } })
  }
  let finport = start()
  const begun = (await finport.connections.beginOAuth({ userId, provider: 'todoist' })).unwrap()
  const state = new URL(begun.authorizationUrl).searchParams.get('state') ?? ''
  const callback = new URLSearchParams({ code: server.approve(), state })
  const { id: connectionId } = (
    await finport.connections.finishOAuth({ userId, provider: 'todoist', callback })
  ).unwrap()

  return {
    clock,
    server,
    list,
    restart() {
      finport = start()
    },
    open: () => finport.connections.open({ userId, connectionId, provider: 'todoist' }),
    feed: () =>
      finport.feed({
        userId,
        connectionId,
        onPage: async ({ changes, fromStart }) => list.keep(changes, fromStart),
      }),
  }
}

test('the app has what Todoist has, and the second time only what changed', async () => {
  const { server, list, feed } = await openApp()
  expect((await feed()).unwrap()).toMatchObject({ pages: 2, rejected: 0 })
  expect([...list.tasks]).toEqual([['t-1', 'File the taxes']])
  expect(list.kept[0]).toMatchObject({ isFromStart: true, types: ['reset', 'project', 'project', 'task'] })

  server.addTask('t-2', 'Buy bread')
  expect((await feed()).unwrap()).toMatchObject({ pages: 1, changes: 1 })
  expect(list.kept.at(-1)).toEqual({ isFromStart: false, types: ['task'] })
  expect([...list.tasks.values()]).toEqual(['File the taxes', 'Buy bread'])
})

test('a page that the app did not keep comes again, also to another process', async () => {
  const app = await openApp()
  const { server, list, feed } = app
  ;(await feed()).unwrap()
  server.addTask('t-2', 'Buy bread')
  list.isOutOfOrder = true
  const failed = await feed()
  expect(failed.isErr() && failed.error.code).toBe('STORAGE_UNAVAILABLE')
  expect([...list.tasks.keys()]).toEqual(['t-1'])

  app.restart()
  list.isOutOfOrder = false
  expect((await feed()).unwrap()).toMatchObject({ pages: 1, changes: 1 })
  expect([...list.tasks.keys()]).toEqual(['t-1', 't-2'])
  // And what was kept does not.
  app.restart()
  expect((await feed()).unwrap()).toMatchObject({ changes: 0 })
})

test('the app begins again when Todoist knows the cursor no more, and what is gone is gone', async () => {
  const { server, list, feed } = await openApp()
  server.addTask('t-2', 'Buy bread')
  ;(await feed()).unwrap()
  server.deleteTask('t-1')
  server.addTask('t-3', 'Call the bank')
  server.forgetCursors()
  const before = list.kept.length
  ;(await feed()).unwrap()
  expect(list.kept[before]).toMatchObject({ isFromStart: true })
  expect(list.kept[before]?.types[0]).toBe('reset')
  expect([...list.tasks.keys()]).toEqual(['t-2', 't-3'])
})

test('a task is completed through the connection, by a token that was refreshed on the way', async () => {
  const { clock, server, list, open, feed } = await openApp()
  ;(await feed()).unwrap()
  clock.now += 2 * HOUR
  const connected = (await open()).unwrap()
  const commandId = '7ad4c9a1-7a53-4b8c-8f45-0d1f3c9a2b10'
  const done = await connected.act({ type: 'complete_task', taskId: 't-1', commandId })
  expect(done.unwrap()).toEqual({ taskId: 't-1' })
  expect(server.completedTasks()).toEqual(['t-1'])

  ;(await feed()).unwrap()
  expect([...list.tasks]).toEqual([])
})
