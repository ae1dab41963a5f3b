import type { Connection } from '@finport/core'
import { Hono } from 'hono'
import * as z from 'zod'
import { answer, refuse } from '../answer.ts'
import type { AppFinport } from '../finport.ts'
import { rateLimit } from '../rate-limit.ts'
import type { AppEnv } from '../session.ts'

/** A connection as the page shows it. */
export type ConnectionView = Pick<Connection, 'id' | 'provider' | 'alias' | 'status' | 'reauthenticateBy' | 'sandbox'>

const bodySchema = z.object({
  provider: z.string().max(60),
  alias: z.string().trim().max(60).optional(),
  connectionId: z.string().max(100).optional(),
  /** What the user typed: the provider says what it must be. */
  input: z.record(z.string(), z.string().max(4_000)),
})

function toConnectionView({ id, provider, alias, status, reauthenticateBy, sandbox }: Connection): ConnectionView {
  return { id, provider, alias, status, reauthenticateBy, sandbox }
}

/** A user's links to their institutions. */
export function connectionRoutes({ finport, now }: { finport: AppFinport; now: () => number }): Hono<AppEnv> {
  const { connections, sync } = finport
  return new Hono<AppEnv>()
    .get('/', async (c) => {
      const { userId } = c.get('session')
      const listed = await connections.list({ userId })
      return answer(
        c,
        listed.map((all) => ({
          connections: all.filter(({ status }) => status === 'active' || status === 'expired').map(toConnectionView),
        })),
      )
    })
    .post('/', rateLimit({ requests: 10, perSeconds: 60, now }), async (c) => {
      const body = bodySchema.safeParse(await c.req.json().catch(() => null))
      if (!body.success) return refuse(c, { code: 'BAD_REQUEST' })
      const { userId } = c.get('session')
      const connected = await connections.connect({ userId, ...body.data })
      return answer(c, connected.map(toConnectionView))
    })
    .post('/:id/sync', async (c) => {
      const { userId } = c.get('session')
      return answer(c, await sync({ userId, connectionId: c.req.param('id') }))
    })
    .delete('/:id', async (c) => {
      const { userId } = c.get('session')
      return answer(c, await connections.disconnect({ userId, connectionId: c.req.param('id') }))
    })
}
