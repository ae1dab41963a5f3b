import type { Repositories } from '@finport/core'
import type { FinportTables } from '@finport/storage-kysely'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Kysely } from 'kysely'
import { refuse } from './answer.ts'
import type { AppFinport, AppProviders } from './finport.ts'
import type { ImportJobs } from './import-jobs.ts'
import { accountRoutes } from './routes/accounts.ts'
import { connectionRoutes } from './routes/connections.ts'
import { importRoutes } from './routes/imports.ts'
import { oauthRoutes } from './routes/oauth.ts'
import { providerRoutes } from './routes/providers.ts'
import { sandboxRoutes } from './routes/sandbox.ts'
import { transactionRoutes } from './routes/transactions.ts'
import { sameOriginOnly } from './same-origin.ts'
import type { Sandbox } from './sandbox.ts'
import { securityHeaders } from './security-headers.ts'
import { type AppEnv, sessions } from './session.ts'

export type AppParts = {
  finport: AppFinport
  providers: AppProviders
  repositories: Repositories
  db: Kysely<FinportTables>
  importJobs: ImportJobs
  /** What shows the page. */
  page: Hono
  sandbox: Sandbox | null
  /** Where browsers reach the app. */
  origin: string
  sessionSecret: string
  /** Whom a request comes from: an address that they can't choose themselves. */
  clientOf: (c: Context) => string
  /** The clock of the rate limits. */
  now: () => number
  /** Is told of what nobody expected. */
  onError: (error: Error) => void
}

/** More than any request needs that is no file. */
const MOST_BODY_BYTES = 100_000

/** The whole backend, as a function from requests to answers. */
export function createApp(parts: AppParts): Hono<AppEnv> {
  const { finport, providers, repositories, db, sandbox, origin, now } = parts
  const app = new Hono<AppEnv>()
  app.onError((error, c) => {
    parts.onError(error)
    return refuse(c, { code: 'UNEXPECTED' })
  })
  app.notFound((c) => refuse(c, { code: 'NOT_FOUND' }))

  app.use(securityHeaders)
  app.use(async (c, next) => {
    // Cookies, and the way back from institutions, are those of one host.
    const { hostname } = new URL(c.req.url)
    const isOther = hostname === 'localhost' && new URL(origin).hostname === '127.0.0.1'
    return isOther ? c.redirect(`${origin}/`, 302) : next()
  })
  app.route('/', parts.page)
  const limit = bodyLimit({ maxSize: MOST_BODY_BYTES, onError: (c) => refuse(c, { code: 'TOO_LARGE' }) })
  // Files have a limit of their own, and are never whole in memory.
  app.use((c, next) => (c.req.path === '/imports' ? next() : limit(c, next)))
  app.use(async (c, next) => {
    c.set('client', parts.clientOf(c))
    await next()
    // What is somebody's own is kept by no browser or proxy.
    c.header('cache-control', 'no-store')
  })
  if (sandbox !== null) app.all('/v1/oauth/authorize', (c) => sandbox.showLogin(c.req.raw))
  app.use(sameOriginOnly(origin))
  app.use(sessions({ secret: parts.sessionSecret, isSecure: origin.startsWith('https:') }))

  app.route('/providers', providerRoutes(providers))
  app.route('/oauth', oauthRoutes({ finport, now }))
  app.route('/connections', connectionRoutes({ finport, now }))
  app.route('/accounts', accountRoutes(repositories))
  app.route('/transactions', transactionRoutes(db))
  app.route('/imports', importRoutes({ jobs: parts.importJobs, now }))
  if (sandbox !== null) app.route('/sandbox', sandboxRoutes(sandbox))
  return app
}
