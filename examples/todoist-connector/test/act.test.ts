import { createProvider, type FetchFunction } from '@finport/core'
import { expect, test } from 'vitest'
import { type TodoistAction, todoist } from '../src/index.ts'
import { connect, settings } from './session.ts'

const complete = (taskId: string): TodoistAction => ({
  type: 'complete_task',
  taskId,
  commandId: '7ad4c9a1-7a53-4b8c-8f45-0d1f3c9a2b10',
})

test('a task is completed, and by the same command not a second time', async () => {
  const { connector, credentials, server } = await connect()
  expect((await connector.act(credentials, complete('t-1'))).unwrap()).toEqual({ taskId: 't-1' })
  expect(server.completedTasks()).toEqual(['t-1'])

  server.reopenTask('t-1')
  expect((await connector.act(credentials, complete('t-1'))).unwrap()).toEqual({ taskId: 't-1' })
  expect(server.completedTasks()).toEqual([])
})

test('a command whose answer got lost is sent again, and done once', async () => {
  const { runtime, credentials, server } = await connect()
  let isFirst = true
  const fetch: FetchFunction = async (request) => {
    const answer = await server.fetch(request)
    if (!isFirst) return answer
    isFirst = false
    server.reopenTask('t-1')
    throw new TypeError('fetch failed')
  }
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  expect((await connector.act(credentials, complete('t-1'))).isOk()).toBe(true)
  expect(server.received).toHaveLength(2)
  expect(server.completedTasks()).toEqual([])
})

test('a task that is not there is an error that names the argument', async () => {
  const { connector, credentials } = await connect()
  const result = await connector.act(credentials, complete('t-404'))
  expect(result.isErr() && result.error).toMatchObject({
    code: 'PROVIDER_INVALID_INPUT',
    status: 404,
    issues: [{ path: 'action.taskId' }],
  })
})

test.for([
  [{ http_code: 403 }, 'PROVIDER_PERMISSION_DENIED', undefined],
  [{ http_code: 429, error_extra: { retry_after: 7 } }, 'PROVIDER_RATE_LIMITED', 7],
  [{ http_code: 503, error_extra: { retry_after: 9 } }, 'PROVIDER_UNAVAILABLE', 9],
  [{ http_code: 400 }, 'PROVIDER_INVALID_INPUT', undefined],
  [{}, 'PROVIDER_INVALID_INPUT', undefined],
] as const)('a command that is answered with %j is %s', async ([failure, code, retryAfterSeconds]) => {
  const { runtime, credentials } = await connect()
  const { commandId } = complete('t-1')
  const fetch = async () =>
    Response.json({ sync_status: { [commandId]: { error_code: 1, error: 'Not done', ...failure } } })
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  const result = await connector.act(credentials, complete('t-1'))
  expect(result.isErr() && result.error.code).toBe(code)
  if (retryAfterSeconds !== undefined) expect(result.isErr() && result.error).toMatchObject({ retryAfterSeconds })
})

test('an answer that does not name the command says nothing of it', async () => {
  const { runtime, credentials } = await connect()
  const fetch = async () => Response.json({ sync_status: {} })
  const connector = createProvider(todoist, settings, { ...runtime, fetch }).unwrap()
  const result = await connector.act(credentials, complete('t-1'))
  expect(result.isErr() && result.error.code).toBe('PROVIDER_INVALID_RESPONSE')
})

test('an action that is none is refused by its fields, before anything is sent', async () => {
  const { connector, credentials, server } = await connect()
  const result = await connector.act(credentials, { ...complete('t-1'), commandId: 'again' })
  expect(result.isErr() && result.error).toMatchObject({ issues: [{ path: 'action.commandId' }] })
  expect(server.received).toEqual([])
})
