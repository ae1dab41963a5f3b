import { Hono } from 'hono'
import * as z from 'zod'
import { refuse } from '../answer.ts'
import type { Sandbox } from '../sandbox.ts'
import type { AppEnv } from '../session.ts'

const bodySchema = z.object({ days: z.number().int().min(1).max(30) })

/** What can only be done to institutions that are made up: let time pass there. */
export function sandboxRoutes(sandbox: Sandbox): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get('/', (c) => c.json({ today: new Date(sandbox.now()).toISOString(), alpacaKey: sandbox.alpacaKey }))
    .post('/advance', async (c) => {
      const body = bodySchema.safeParse(await c.req.json().catch(() => null))
      if (!body.success) return refuse(c, { code: 'BAD_REQUEST' })
      sandbox.advanceDays(body.data.days)
      return c.json({ today: new Date(sandbox.now()).toISOString() })
    })
}
