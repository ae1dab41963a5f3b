import {
  Err,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import { toCommandError } from './error.ts'
import type { AskSync } from './sync.ts'

const context = { provider: 'todoist', operation: 'act' }

const actionSchema = z.object({
  type: z.literal('complete_task'),
  taskId: z.string().min(1),
  commandId: z.uuid(),
})

/** What can be done: complete a task. A recurring one moves on to its next date. */
export type TodoistAction = {
  type: 'complete_task'
  taskId: string
  /** A UUID of the caller's. Whatever is sent with one that Todoist knows is not done again, so that an action may be repeated until it is answered. */
  commandId: string
}

/** What Todoist says of a command. */
const statusSchema = z.union([
  z.literal('ok'),
  z.object({
    error_code: z.number(),
    http_code: z.number().optional(),
    error_extra: z.object({ retry_after: z.number().optional() }).optional(),
  }),
])

const answerSchema = z.object({ sync_status: z.record(z.string(), statusSchema) })

/** Does it, or tells why Todoist did not. */
export async function act(ask: AskSync, action: TodoistAction): Promise<Result<{ taskId: string }, ProviderError>> {
  const parsed = actionSchema.safeParse(action)
  if (!parsed.success) {
    const paths = new Set(parsed.error.issues.map(({ path }) => ['action', ...path.map(String)].join('.')))
    const reason = "It must be { type: 'complete_task', taskId, commandId }, the last one a UUID."
    return Err(new ProviderInvalidInputError({ ...context, issues: [...paths].map((path) => ({ path, reason })) }))
  }
  const { taskId, commandId } = parsed.data
  const commands = [{ type: 'item_close', uuid: commandId, args: { id: taskId } }]
  const answer = await ask({ commands: JSON.stringify(commands) }, { schema: answerSchema })
  if (answer.isErr()) return Err(answer.error)
  const status = answer.value.sync_status[commandId]
  if (status === 'ok') return Ok({ taskId })
  return Err(status === undefined ? new ProviderInvalidResponseError(context) : toCommandError(context, status))
}
