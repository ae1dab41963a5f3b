import { Hono } from 'hono'
import * as z from 'zod'
import { answer, refuse } from '../answer.ts'
import type { AppFinport } from '../finport.ts'
import { rateLimit } from '../rate-limit.ts'
import type { AppEnv } from '../session.ts'

const bodySchema = z.object({
  /** The connection to log in to again; a new one without it. */
  connectionId: z.string().max(100).optional(),
  alias: z.string().trim().max(60).optional(),
})

/** Logging in at an institution: the page asks where to send the user, and the institution sends them back to the callback. */
export function oauthRoutes({ finport, now }: { finport: AppFinport; now: () => number }): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .post('/:slug/authorize', rateLimit({ requests: 10, perSeconds: 60, now }), async (c) => {
      const body = bodySchema.safeParse(await c.req.json().catch(() => null))
      if (!body.success) return refuse(c, { code: 'BAD_REQUEST' })
      const begun = await finport.connections.beginOAuth({
        ...c.get('session'),
        ...body.data,
        provider: c.req.param('slug'),
      })
      return answer(
        c,
        begun.map(({ authorizationUrl }) => ({ authorizationUrl })),
      )
    })
    .get('/:slug/callback', rateLimit({ requests: 5, perSeconds: 60, now }), async (c) => {
      const connection = await finport.connections.finishOAuth({
        ...c.get('session'),
        provider: c.req.param('slug'),
        callback: new URL(c.req.url).searchParams,
      })
      // The code leaves the address bar, and the page says in words what went wrong.
      const outcome = connection.isOk() ? { connected: connection.value.id } : { problem: connection.error.code }
      return c.redirect(`/?${new URLSearchParams(outcome)}`, 303)
    })
}
