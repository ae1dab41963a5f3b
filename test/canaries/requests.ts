import {
  type ApiKeyCredentials,
  createProvider,
  createRegistry,
  defineProvider,
  Ok,
  type ProviderMetadata,
  type ProviderRuntime,
  parseCredentials,
} from '@finport/core'
import { createHttpClient, type HttpRequest } from '@finport/core/http'
import * as z from 'zod'
import type { CanarySearch } from './search.ts'

const metadata: ProviderMetadata = {
  displayName: 'Acme Bank',
  category: 'bank',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: false, balanceHistory: false },
  scopes: [],
  hosts: ['api.acme.example'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: { requests: 1_000, perSeconds: 1, per: 'credential' },
  sync: { maxWindowDays: null, overlapDays: 0 },
  documentationUrl: null,
  isProductionReady: false,
}

const empty = { items: [], rejected: [], warnings: [] }
const defineAcme = (keep: (runtime: ProviderRuntime) => void) =>
  defineProvider({
    slug: 'acme',
    metadata,
    settings: z.object({ clientId: z.string(), clientSecret: z.string().min(1), size: z.number().default(1) }),
    create: (_settings, runtime) => {
      keep(runtime)
      return {
        parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'acme' }),
        revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
        fetchAccounts: async (_credentials: ApiKeyCredentials) => Ok({ ...empty, complete: true }),
        fetchTransactions: async (_credentials: ApiKeyCredentials) => Ok({ ...empty, covered: null }),
        fetchHoldings: async (_credentials: ApiKeyCredentials) => Ok({ ...empty, complete: true }),
      }
    },
  })

/** Answers in which an institution says again what it should not. */
function answersWith(secret: string): (() => Response)[] {
  const headers = { 'x-request-id': `id ${secret}`, 'retry-after': '1', location: `https://evil.example/${secret}` }
  const bodies = [
    `{"error":"invalid_token","error_description":"${secret}","${secret}":1}`,
    `<html>${secret}</html>`,
    `{"token":"${secret}`,
    secret,
    '',
  ]
  const statuses = [200, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503]
  return statuses.flatMap((status) => bodies.map((body) => () => new Response(body, { status, headers })))
}

/** Requests with marked values in every part, to an institution that says them again in every way. */
export async function sendMarkedRequests(search: CanarySearch): Promise<void> {
  const secret = search.plant('answer of an institution')
  const outcomes: (() => Response)[] = [
    ...answersWith(secret),
    () => {
      throw new TypeError(`fetch failed for ${secret}`, { cause: new Error(secret) })
    },
    () => new Response(new ReadableStream({ start: (controller) => controller.error(new Error(secret)) })),
  ]
  let answer = outcomes[0] as () => Response
  let kept: ProviderRuntime | undefined
  const acme = defineAcme((runtime) => {
    kept = runtime
  })
  const settings = { clientId: 'client', clientSecret: search.plant('client secret') }
  const runtime = {
    fetch: async () => answer(),
    sleep: async () => {},
    retry: { retries: 1 },
    logger: search.logger('core/http'),
    hooks: {
      onAttempt: (attempt: unknown) => search.hear('log', 'onAttempt', attempt),
      onResult: (result: unknown) => {
        search.hear('log', 'onResult', result)
        throw new Error(secret)
      },
    },
  }
  const provider = createProvider(acme, settings, runtime).unwrap()
  const registry = createRegistry(runtime).register(acme, settings)
  for (const [what, shown] of Object.entries({ provider, registry, list: registry.list(), made: registry.get('acme') }))
    search.hear('shown form', what, shown)
  for (const wrong of [{ clientId: settings.clientSecret }, { ...settings, size: settings.clientSecret as never }]) {
    const refused = createProvider(acme, wrong as typeof settings)
    search.hear('error', 'settings that are not valid', refused.isErr() ? refused.error : null)
  }

  const http = createHttpClient({ provider: 'acme', metadata, runtime: kept as ProviderRuntime })
  const schema = z.object({ accounts: z.array(z.strictObject({ id: z.literal('a') })) })
  const plant = (part: string) => search.plant(`request: ${part}`)
  const requests: HttpRequest<'json', unknown>[] = [
    {
      operation: 'fetchAccounts',
      url: `https://api.acme.example/${plant('path')}`,
      path: [plant('segment')],
      query: { token: plant('query') },
      headers: { authorization: `Bearer ${plant('header')}` },
      rateKey: plant('rate key'),
      schema,
    },
    {
      operation: 'exchange',
      method: 'POST',
      url: 'https://api.acme.example/token',
      form: { code: plant('form') },
      schema,
    },
    {
      operation: 'order',
      method: 'POST',
      url: 'https://api.acme.example',
      json: { pin: plant('json') },
      argument: 'order',
    },
    { operation: 'away', url: `https://evil.example/${plant('path elsewhere')}` },
    { operation: 'none', url: `not an address ${plant('address')}` },
    { operation: 'up', url: 'https://api.acme.example', path: ['..', plant('segment')], argument: 'providerAccountId' },
  ]
  for (const outcome of outcomes) {
    answer = outcome
    for (const request of requests) {
      const answered = await http.request(request)
      if (answered.isErr()) search.hear('error', `${request.operation}: ${answered.error.code}`, answered.error)
    }
  }
}
