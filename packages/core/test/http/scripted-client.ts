import type { ProviderMetadata, RuntimeOptions } from '@finport/core'
import { createProvider, defineConnector } from '@finport/core'
import { createHttpClient, type HttpClient, type HttpClientOptions } from '@finport/core/http'
import * as z from 'zod'
import { fakeMetadata, parseApiKey, revoke } from '../fake-provider.ts'

/** What a fetch does with one request. */
export type Turn = Response | Error | ((request: Request) => Response | Promise<Response>)

export type Script = {
  client: HttpClient
  /** Every request that was sent. */
  sent: Request[]
  /** Every wait, in milliseconds. */
  waits: number[]
  /** The clock: waits move it. */
  clock: { now: number }
}

export const START = Date.UTC(2026, 0, 15, 12)

/** A client whose fetch goes through these turns, on a clock that only waiting moves. The last turn is gone through again and again. */
export function scripted(
  turns: Turn[],
  {
    runtime = {},
    metadata = {},
    ...options
  }: Partial<Omit<HttpClientOptions, 'runtime' | 'metadata'>> & {
    runtime?: RuntimeOptions
    metadata?: Partial<ProviderMetadata>
  } = {},
): Script {
  const sent: Request[] = []
  const waits: number[] = []
  const clock = { now: START }
  const completeMetadata = { ...fakeMetadata, ...metadata }
  const definition = defineConnector({
    slug: 'scripted',
    metadata: completeMetadata,
    settings: z.object({}),
    create: (_settings, complete) => ({
      parseCredentials: parseApiKey,
      revoke,
      client: () =>
        createHttpClient({ provider: 'scripted', metadata: completeMetadata, runtime: complete, ...options }),
    }),
  })
  const provider = createProvider(
    definition,
    {},
    {
      now: () => clock.now,
      random: (bytes) => new Uint8Array(bytes),
      sleep: async (milliseconds) => {
        waits.push(milliseconds)
        clock.now += milliseconds
      },
      fetch: async (request) => {
        sent.push(request)
        const turn = turns[Math.min(sent.length, turns.length) - 1]
        if (turn === undefined) throw new Error('There is no turn.')
        if (turn instanceof Error) throw turn
        return turn instanceof Response ? turn.clone() : turn(request)
      },
      ...runtime,
    },
  ).unwrap()
  return { client: provider.client(), sent, waits, clock }
}

export const json = (value: unknown, init: ResponseInit = {}) => Response.json(value, init)
export const failing = (status: number, headers: Record<string, string> = {}) =>
  new Response('{"message":"no"}', { status, headers })

/** The platform's own form of a network failure. */
export function networkError(code: string, syscall = 'connect'): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(syscall), { code, syscall }) })
}

export const request = { operation: 'fetchAccounts', url: 'https://api.example.com/v1/accounts' } as const
