import type { ApiKeyCredentials } from '@finport/core'

/** Real money, or play money with the same interface. */
export const environments = ['live', 'paper'] as const

/** One of {@link environments}. */
export type Environment = (typeof environments)[number]

/** The hosts of each environment. A key works on its own alone. */
export const hosts: Record<Environment, string> = {
  live: 'api.alpaca.markets',
  paper: 'paper-api.alpaca.markets',
}

/** Where credentials are meant for: what they say themselves, or else the settings. */
export function environmentOf({ environment }: ApiKeyCredentials, byDefault: Environment): Environment {
  return environments.find((known) => known === environment) ?? byDefault
}

/** The environment that a key was made for, by its first letters, as Alpaca's own libraries tell it; `null` when they say nothing. No more than a hint. */
export function environmentOfKey(apiKey: string): Environment | null {
  if (apiKey.startsWith('PK')) return 'paper'
  return apiKey.startsWith('AK') ? 'live' : null
}
