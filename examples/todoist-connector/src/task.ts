import * as z from 'zod'

/** A task, as Todoist keeps it now. */
export type TodoistTask = {
  id: string
  projectId: string
  /** The task above it; `null` for one that stands alone. */
  parentId: string | null
  content: string
  description: string
  /** A day (`'2026-01-31'`) or a moment (`'2026-01-31T12:00:00'`, with `Z` where the user fixed a time zone); `null` without one. */
  due: string | null
  isRecurring: boolean
  /** From 1, which is normal, to 4, which is urgent. */
  priority: number
  labels: string[]
  isCompleted: boolean
}

/** An item of the sync API: what is used of it. */
export const itemSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  parent_id: z.string().nullish(),
  content: z.string(),
  description: z.string().default(''),
  due: z.object({ date: z.string(), is_recurring: z.boolean().default(false) }).nullish(),
  priority: z.number().default(1),
  labels: z.array(z.string()).default([]),
  checked: z.boolean().default(false),
})

export function toTask(item: z.output<typeof itemSchema>): TodoistTask {
  return {
    id: item.id,
    projectId: item.project_id,
    parentId: item.parent_id ?? null,
    content: item.content,
    description: item.description,
    due: item.due?.date ?? null,
    isRecurring: item.due?.is_recurring ?? false,
    priority: item.priority,
    labels: item.labels,
    isCompleted: item.checked,
  }
}
