import type { Result } from '@finport/core'
import type { Context } from 'hono'
import { type ProblemSource, statusOf, toProblem } from './page/problem.ts'

/** Answers with an error, in words for users. */
export function refuse(c: Context, source: ProblemSource): Response {
  const problem = toProblem(source)
  if (problem.retryAfterSeconds !== null) c.header('retry-after', String(problem.retryAfterSeconds))
  return c.json({ problem }, statusOf(problem.code))
}

/** Answers with what a result holds. */
export function answer<T extends object>(c: Context, result: Result<T, ProblemSource>): Response {
  return result.isOk() ? c.json(result.value) : refuse(c, result.error)
}
