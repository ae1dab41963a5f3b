import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { generateKey } from '@finport/vault'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { createApp } from './app.ts'
import type { Configuration } from './configuration.ts'
import { openFinport } from './finport.ts'
import { createImportJobs } from './import-jobs.ts'
import { localSecret } from './local-secret.ts'
import { networkOf } from './network-of.ts'
import { bundlePage } from './page-bundle.ts'
import { createSandbox } from './sandbox.ts'
import { openStore } from './store.ts'

/** The address that a request came from, beyond the proxies that are trusted: what a client wrote before is not looked at. */
function clientOf(c: Context, trustedProxies: number): string {
  const forwarded = c.req.header('x-forwarded-for')?.split(',') ?? []
  const told = trustedProxies === 0 ? undefined : forwarded.at(-trustedProxies)?.trim()
  return networkOf(told ?? getConnInfo(c).remote.address ?? 'unknown')
}

/** Where the app says what happens; a console fits. */
export type Log = { info(line: string): void; error(error: Error): void }

/** Makes everything of its parts. */
export async function start(configuration: Configuration, log: Log) {
  const { dataFolder, isLive, origin, schwab, trustedProxies } = configuration
  const { keys = null, sessionSecret = null } = configuration
  const sandbox = isLive ? null : createSandbox({ origin })
  const store = await openStore(join(dataFolder, isLive ? 'live.sqlite' : 'sandbox.sqlite'))
  const { providers, finport } = openFinport({
    schwab,
    sandbox,
    store,
    keys: keys ?? localSecret(join(dataFolder, 'keys'), () => generateKey()),
    events: ({ time, action, userId, connectionId }) => log.info([time, action, userId, connectionId].join(' ')),
  })
  const onError = (error: Error) => log.error(error)
  const importJobs = createImportJobs({
    finport,
    providers,
    folder: join(dataFolder, 'imports'),
    now: Date.now,
    onError,
  })
  const app = createApp({
    finport,
    providers,
    repositories: store.repositories,
    db: store.db,
    importJobs,
    page: await bundlePage(),
    sandbox,
    origin,
    sessionSecret:
      sessionSecret ?? localSecret(join(dataFolder, 'session-secret'), () => randomBytes(32).toString('base64url')),
    clientOf: (c) => clientOf(c, trustedProxies),
    now: Date.now,
    onError,
  })
  /** Clears away logins that nobody finished, and files that nobody imported. */
  const sweep = async () => {
    await finport.connections.sweep()
    await importJobs.sweep()
  }
  return { app, sweep, close: () => store.db.destroy() }
}
