import * as z from 'zod'

/** A project: a list of tasks. */
export type TodoistProject = {
  id: string
  name: string
  isArchived: boolean
  isInbox: boolean
}

/** A project of the sync API: what is used of it. */
export const projectSchema = z.object({
  id: z.string(),
  name: z.string(),
  is_archived: z.boolean().default(false),
  inbox_project: z.boolean().default(false),
})

export function toProject(project: z.output<typeof projectSchema>): TodoistProject {
  return {
    id: project.id,
    name: project.name,
    isArchived: project.is_archived,
    isInbox: project.inbox_project,
  }
}
