import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import * as z from 'zod'
import { refuse } from '../answer.ts'
import type { ImportJobs } from '../import-jobs.ts'
import type { ImportEvent } from '../page/import-event.ts'
import { rateLimit } from '../rate-limit.ts'
import type { AppEnv } from '../session.ts'

const querySchema = z.object({ fileName: z.string().min(1).max(255) })
const bodySchema = z.object({ accountId: z.string().min(1).max(100).optional() })

/** Importing a file: it is given, what it would do is told, and then it is done or given up. */
export function importRoutes({ jobs, now }: { jobs: ImportJobs; now: () => number }): Hono<AppEnv> {
  const begin = async (userId: string, id: string, body: unknown, dryRun: boolean) => {
    const parsed = bodySchema.safeParse(body)
    return parsed.success ? jobs.run(userId, id, { accountId: parsed.data.accountId, dryRun }) : null
  }

  return new Hono<AppEnv>()
    .post('/', rateLimit({ requests: 20, perSeconds: 60, now }), async (c) => {
      const query = querySchema.safeParse(c.req.query())
      const content = c.req.raw.body
      if (!query.success || content === null) return refuse(c, { code: 'BAD_REQUEST' })
      const { userId } = c.get('session')
      const taken = await jobs.add(userId, query.data.fileName, content)
      if ('refused' in taken) return refuse(c, { code: taken.refused === 'too-large' ? 'TOO_LARGE' : 'BAD_REQUEST' })
      const { id } = taken
      jobs.run(userId, id, { accountId: undefined, dryRun: true })
      return c.json({ id }, 201)
    })
    .post('/:id/:step{preview|confirm}', async (c) => {
      const { id, step } = c.req.param()
      const body: unknown = await c.req.json().catch(() => null)
      const begun = await begin(c.get('session').userId, id, body, step === 'preview')
      if (begun === null) return refuse(c, { code: 'BAD_REQUEST' })
      return begun ? c.json({ id }, 202) : refuse(c, { code: 'NOT_FOUND' })
    })
    .get('/:id/events', (c) => {
      const { userId } = c.get('session')
      // What was not sent yet is overtaken by what came since: a slow client hears less, and fills no memory.
      let waiting: ImportEvent | null = null
      let isOver = false
      let wake = () => {}
      const stop = jobs.listen(userId, c.req.param('id'), (event) => {
        if (event === null) isOver = true
        else waiting = event
        wake()
      })
      if (stop === null) return refuse(c, { code: 'NOT_FOUND' })
      // Proxies that buffer would keep the events back.
      c.header('x-accel-buffering', 'no')
      return streamSSE(c, async (stream) => {
        stream.onAbort(() => {
          isOver = true
          wake()
        })
        while (!stream.aborted) {
          const event: ImportEvent | null = waiting
          waiting = null
          if (event !== null) {
            await stream.writeSSE({ event: event.type, data: JSON.stringify(event) })
          } else if (isOver) break
          else {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        }
        stop()
      })
    })
    .delete('/:id', async (c) => {
      await jobs.remove(c.get('session').userId, c.req.param('id'))
      return c.body(null, 204)
    })
}
