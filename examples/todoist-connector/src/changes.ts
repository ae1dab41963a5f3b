import {
  type ChangePage,
  Err,
  type Json,
  Ok,
  type ProviderError,
  type RejectedRecord,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import { projectSchema, type TodoistProject, toProject } from './project.ts'
import type { AskSync } from './sync.ts'
import { itemSchema, type TodoistTask, toTask } from './task.ts'

/** What happened in a user's Todoist. Whoever keeps tasks applies them in their order. */
export type TodoistChange =
  /** All that is active follows: what was kept before and does not come again is gone or completed. */
  | { type: 'reset' }
  | { type: 'project'; project: TodoistProject }
  | { type: 'project_removed'; projectId: string }
  | { type: 'task'; task: TodoistTask }
  | { type: 'task_removed'; taskId: string }

const resourceTypes = ['projects', 'items']

const answerSchema = z.object({
  sync_token: z.string().min(1),
  full_sync: z.boolean(),
  projects: z.array(z.custom<Json>()).default([]),
  items: z.array(z.custom<Json>()).default([]),
})

/** What is read of any resource first: of what is deleted, Todoist need not say more. */
const headSchema = z.object({ id: z.string(), is_deleted: z.boolean().default(false) })

type Change = TodoistChange | Pick<RejectedRecord, 'reason'>

function toProjectChange(record: Json, id: string, isDeleted: boolean): Change {
  if (isDeleted) return { type: 'project_removed', projectId: id }
  const project = projectSchema.safeParse(record)
  return project.success ? { type: 'project', project: toProject(project.data) } : unknownForm
}

function toTaskChange(record: Json, id: string, isDeleted: boolean): Change {
  if (isDeleted) return { type: 'task_removed', taskId: id }
  const item = itemSchema.safeParse(record)
  return item.success ? { type: 'task', task: toTask(item.data) } : unknownForm
}

const unknownForm = { reason: 'It has another form than is known.' }

function toPage(answer: z.output<typeof answerSchema>): ChangePage<TodoistChange> {
  const changes: TodoistChange[] = answer.full_sync ? [{ type: 'reset' }] : []
  const rejected: RejectedRecord[] = []
  const add = (list: string, records: readonly Json[], toChange: typeof toTaskChange) => {
    for (const [index, record] of records.entries()) {
      const head = headSchema.safeParse(record)
      const change = head.success ? toChange(record, head.data.id, head.data.is_deleted) : unknownForm
      if ('type' in change) changes.push(change)
      else {
        const id = head.success ? head.data.id : null
        rejected.push({ id, providerAccountId: null, path: `$.${list}[${index}]`, ...change, rawData: record })
      }
    }
  }
  // Projects first: a task names its own.
  add('projects', answer.projects, toProjectChange)
  add('items', answer.items, toTaskChange)
  return { changes, rejected, warnings: [], nextCursor: answer.sync_token }
}

/** The cursor is Todoist's sync token. */
export async function* fetchChanges(
  ask: AskSync,
  cursor: string | null,
): AsyncGenerator<Result<ChangePage<TodoistChange>, ProviderError>> {
  let syncToken = cursor ?? '*'
  for (;;) {
    const answer = await ask(
      { sync_token: syncToken, resource_types: JSON.stringify(resourceTypes) },
      { schema: answerSchema, argument: cursor === null ? undefined : 'cursor' },
    )
    if (answer.isErr()) return yield Err(answer.error)
    yield Ok(toPage(answer.value))
    // What is told of a large account at first may be some minutes old: Todoist asks to sync once more behind it.
    if (!answer.value.full_sync || syncToken === answer.value.sync_token) return
    syncToken = answer.value.sync_token
  }
}
