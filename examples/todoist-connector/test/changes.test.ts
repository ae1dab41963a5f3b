import { createProvider } from '@finport/core'
import { expect, test } from 'vitest'
import { type TodoistChange, todoist } from '../src/index.ts'
import { connect, firstPage, settings } from './session.ts'

type Session = Awaited<ReturnType<typeof connect>>

/** What changed since a cursor, and the cursor to go on from. */
async function read({ connector, credentials }: Pick<Session, 'connector' | 'credentials'>, cursor: string | null) {
  const changes: TodoistChange[] = []
  let next = cursor
  for await (const page of connector.fetchChanges(credentials, cursor)) {
    const { changes: more, nextCursor } = page.unwrap()
    changes.push(...more)
    next = nextCursor
  }
  return { changes, next }
}

/** The tasks somebody keeps who applies changes as they come. */
function apply(tasks: Map<string, string>, changes: readonly TodoistChange[]): void {
  for (const change of changes) {
    if (change.type === 'reset') tasks.clear()
    if (change.type === 'task_removed' || (change.type === 'task' && change.task.isCompleted))
      tasks.delete(change.type === 'task' ? change.task.id : change.taskId)
    else if (change.type === 'task') tasks.set(change.task.id, change.task.content)
  }
}

test('the first time everything is told, behind a reset; then only what changed', async () => {
  const session = await connect()
  const first = await read(session, null)
  expect(first.changes).toEqual([
    { type: 'reset' },
    { type: 'project', project: { id: 'p-1', name: 'Inbox', isArchived: false, isInbox: true } },
    { type: 'project', project: { id: 'p-2', name: 'Taxes', isArchived: false, isInbox: false } },
    {
      type: 'task',
      task: {
        id: 't-1',
        projectId: 'p-2',
        parentId: null,
        content: 'File the taxes',
        description: '',
        due: '2026-04-15',
        isRecurring: true,
        priority: 1,
        labels: [],
        isCompleted: false,
      },
    },
  ])
  session.server.renameTask('t-1', 'File the taxes early')
  session.server.addTask('t-2', 'Buy bread')
  session.server.deleteTask('t-2')
  const second = await read(session, first.next)
  expect(second.changes).toMatchObject([
    { type: 'task', task: { id: 't-1', content: 'File the taxes early' } },
    { type: 'task_removed', taskId: 't-2' },
  ])
  expect((await read(session, second.next)).changes).toEqual([])
})

test('who applies the changes has what Todoist has, from any cursor on', async () => {
  const session = await connect()
  const { server } = session
  const steps = [
    () => server.addTask('t-2', 'Buy bread'),
    () => server.renameTask('t-1', 'File the taxes early'),
    () =>
      session.connector.act(session.credentials, {
        type: 'complete_task',
        taskId: 't-2',
        commandId: crypto.randomUUID(),
      }),
    () => server.addTask('t-3', 'Call the bank'),
    () => server.deleteTask('t-1'),
  ]
  const always = new Map<string, string>()
  let cursor: string | null = null
  for (const step of steps) {
    await step()
    const { changes, next } = await read(session, cursor)
    apply(always, changes)
    cursor = next
    const late = new Map([['t-0', 'kept from long ago']])
    apply(late, (await read(session, null)).changes)
    expect(always).toEqual(late)
  }
  expect([...always]).toEqual([['t-3', 'Call the bank']])
})

test('what is not understood is rejected, and the rest is told', async () => {
  const { runtime, credentials } = await connect()
  const items = [
    { id: 't-1', content: 7 },
    { name: 'no id' },
    { id: 't-2', content: 'Buy bread', project_id: 'p-1', priority: 4, colour: 'of no use' },
  ]
  const fetch = async () => Response.json({ full_sync: false, sync_token: 'sync-token-9', items })
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  const page = (await firstPage({ connector, credentials }, 'sync-token-8')).unwrap()
  expect(page.changes).toMatchObject([{ type: 'task', task: { id: 't-2', priority: 4 } }])
  expect(page.rejected).toMatchObject([
    { id: 't-1', path: '$.items[0]' },
    { id: null, path: '$.items[1]' },
  ])
})

test('a cursor that Todoist does not know is the fault of who gave it', async () => {
  const { connector, credentials } = await connect()
  const result = await firstPage({ connector, credentials }, 'nonsense')
  expect(result.isErr() && result.error).toMatchObject({
    code: 'PROVIDER_INVALID_INPUT',
    issues: [{ path: 'cursor' }],
  })
})

test('when Todoist asks to wait, the error says how long', async () => {
  const { runtime, credentials } = await connect()
  const fetch = async () =>
    Response.json({ error_tag: 'LIMITS_REACHED', http_code: 429, error_extra: { retry_after: 120 } }, { status: 429 })
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  const result = await firstPage({ connector, credentials }, null)
  expect(result.isErr() && result.error).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 120 })
})
