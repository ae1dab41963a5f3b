import { join } from 'node:path'
import * as z from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)

/** The environment, as this app reads it. */
const environmentSchema = z.object({
  PORT: port.default(3000),
  /** Where browsers reach the app, when it stands behind a proxy. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATA_FOLDER: z.string().default(join(import.meta.dirname, '../.data')),
  /** `live` for the institutions themselves. */
  FINPORT_MODE: z.enum(['sandbox', 'live']).default('sandbox'),
  SCHWAB_CLIENT_ID: z.string().optional(),
  SCHWAB_CLIENT_SECRET: z.string().optional(),
  SCHWAB_REDIRECT_URI: z.url().default('https://127.0.0.1:8182/oauth/schwab/callback'),
  /** `id:key,…`, made by `generateKey()` of the vault. */
  FINPORT_KEYS: z.string().optional(),
  SESSION_SECRET: z.string().min(32).optional(),
  /** How many proxies stand in front and set X-Forwarded-For. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
})

export type Configuration = {
  port: number
  /** Where browsers reach the app, such as `'http://127.0.0.1:3000'`. */
  origin: string
  dataFolder: string
  isLive: boolean
  /** The app as it is registered at Schwab; `null` leaves Schwab out when live. */
  schwab: { clientId: string; clientSecret: string; redirectUri: string } | null
  keys: string | null
  sessionSecret: string | null
  trustedProxies: number
}

/** @throws Error with the names of the variables that can't be used, when the app starts. */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const parsed = environmentSchema.safeParse(environment)
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`These environment variables can't be used:\n${names.join('\n')}`)
  }
  const { data } = parsed
  const { SCHWAB_CLIENT_ID: clientId, SCHWAB_CLIENT_SECRET: clientSecret, SCHWAB_REDIRECT_URI: redirectUri } = data
  return {
    port: data.PORT,
    origin: new URL(data.PUBLIC_URL ?? `http://127.0.0.1:${data.PORT}`).origin,
    dataFolder: data.DATA_FOLDER,
    isLive: data.FINPORT_MODE === 'live',
    schwab: clientId && clientSecret ? { clientId, clientSecret, redirectUri } : null,
    keys: data.FINPORT_KEYS ?? null,
    sessionSecret: data.SESSION_SECRET ?? null,
    trustedProxies: data.TRUSTED_PROXIES,
  }
}
