import { createProvider, type RuntimeOptions } from '@finport/core'
import { providerConformance } from '@finport/core/conformance'
import { test } from 'vitest'
import { type TodoistAction, todoist } from '../src/index.ts'
import { settings } from './session.ts'
import { createTodoist } from './todoist.ts'

const server = createTodoist()
server.addTask('t-1', 'File the taxes', { date: '2026-04-15', is_recurring: true })
server.addTask('t-2', 'Buy bread')
server.addTask('t-3', 'Call the bank')

const create = (runtime: RuntimeOptions) => createProvider(todoist, settings, runtime)
const commandId = '7ad4c9a1-7a53-4b8c-8f45-0d1f3c9a2b10'
const action = (): TodoistAction => ({ type: 'complete_task', taskId: 't-2', commandId })

// Done before: what the cases do again is no second time, so that each finds the same tasks.
const connector = create({ fetch: server.fetch }).unwrap()
;(await connector.act(connector.parseCredentials(server.login()).unwrap(), action())).unwrap()

const cases = providerConformance({
  create,
  // A login of its own for each case: what one revokes is not another's.
  input: () => server.login(),
  fetch: server.fetch,
  action,
  // What all the tokens begin with.
  secrets: ['canary-access', 'canary-refresh', 'canary-code', settings.clientSecret],
})
for (const { name, run } of cases) test(name, run)
