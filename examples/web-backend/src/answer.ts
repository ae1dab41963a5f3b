import type { Result } from '@finport/core'
import type { Context } from 'hono'
import { html } from 'hono/html'
import { describeProblem, type Problem, type ProblemSource, statusOf, toProblem } from './page/problem.ts'

/** A problem on a page of its own, for who came by the address bar or from an institution. */
function toPage(problem: Problem) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>That did not work – Finport</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <section class="card welcome">
            <h1>That did not work</h1>
            <p>${describeProblem(problem)}</p>
            <a class="button primary" href="/">Back to your accounts</a>
          </section>
        </main>
      </body>
    </html>`
}

/** Answers with an error, in words for users: as a page where a page is asked for. */
export function refuse(c: Context, source: ProblemSource): Response | Promise<Response> {
  const problem = toProblem(source)
  if (problem.retryAfterSeconds !== null) c.header('retry-after', String(problem.retryAfterSeconds))
  const status = statusOf(problem.code)
  const wantsPage = c.req.header('accept')?.includes('text/html') ?? false
  return wantsPage ? c.html(toPage(problem), status) : c.json({ problem }, status)
}

/** Answers with what a result holds. */
export function answer<T extends object>(c: Context, result: Result<T, ProblemSource>): Response | Promise<Response> {
  return result.isOk() ? c.json(result.value) : refuse(c, result.error)
}
