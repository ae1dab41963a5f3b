import * as z from 'zod'

/** The environment, as a worker reads it. */
const environmentSchema = z.object({
  /** The PostgreSQL that all workers share. */
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }),
  /** `live` for the institutions themselves. */
  FINPORT_MODE: z.enum(['sandbox', 'live']).default('sandbox'),
  /** `id:key,…`, made by `generateKey()` of the vault: the same for every worker, and for the app that connects users. */
  FINPORT_KEYS: z.string().optional(),
  SCHWAB_CLIENT_ID: z.string().optional(),
  SCHWAB_CLIENT_SECRET: z.string().optional(),
  SCHWAB_REDIRECT_URI: z.url().default('https://127.0.0.1:8182/oauth/schwab/callback'),
  /** How many connections of one institution this worker syncs at a time. */
  CONCURRENCY: z.coerce.number().int().min(1).default(10),
  /** When the night begins, as cron says it, … */
  NIGHT: z.string().default('0 1 * * *'),
  /** … by the clock of this time zone. */
  TIME_ZONE: z.string().default('America/New_York'),
})

/** What a worker is told by its environment. */
export type Configuration = {
  databaseUrl: string
  isLive: boolean
  /** `null` only for the sandbox. */
  keys: string | null
  /** The app as it is registered at Schwab; `null` leaves Schwab out. */
  schwab: { clientId: string; clientSecret: string; redirectUri: string } | null
  concurrency: number
  night: { cron: string; timeZone: string }
}

/** @throws Error with the names of the variables that can't be used, when a worker starts. */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const parsed = environmentSchema
    .refine(({ FINPORT_MODE, FINPORT_KEYS }) => FINPORT_MODE === 'sandbox' || FINPORT_KEYS !== undefined, {
      path: ['FINPORT_KEYS'],
      message: 'It is needed to open the credentials that the app sealed.',
    })
    .safeParse(environment)
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(`These environment variables can't be used:\n${names.join('\n')}`)
  }
  const { data } = parsed
  const { SCHWAB_CLIENT_ID: clientId, SCHWAB_CLIENT_SECRET: clientSecret, SCHWAB_REDIRECT_URI: redirectUri } = data
  return {
    databaseUrl: data.DATABASE_URL,
    isLive: data.FINPORT_MODE === 'live',
    keys: data.FINPORT_KEYS ?? null,
    schwab: clientId && clientSecret ? { clientId, clientSecret, redirectUri } : null,
    concurrency: data.CONCURRENCY,
    night: { cron: data.NIGHT, timeZone: data.TIME_ZONE },
  }
}
