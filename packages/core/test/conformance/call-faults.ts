import type { CaseName } from './case-names.ts'
import { noteListHarness } from './conforming-connectors.ts'
import type { Fault, FaultsOf } from './spoil.ts'
import { mistaking, repeating, type Seen } from './through-fetch.ts'

/** The calls of a connector without financial data: where each asks, and what it would take for success. */
const calls = [
  ['fetchChanges', '/notes', { notes: [], next: 1, more: false }],
  ['act', '/done', { done: true }],
  ['exchangeCredentials', '/exchange', { access: 'canary-access', item: 'item-1' }],
] as const

/** What each call does wrong that takes a failure for success. */
const forgiving = (isIt: (seen: Seen) => boolean): Fault[] =>
  calls.map(([call, path, success]) => [
    `${call} takes it for success`,
    mistaking(
      noteListHarness,
      (seen, { url }) => new URL(url).pathname === path && isIt(seen),
      () => Response.json(success),
    ),
    new RegExp(`${call} with .* must be an error`),
  ])

/** Faults of every call of a connector, whatever its capability. */
export const callFaults: Partial<FaultsOf<CaseName<'network'>>> = {
  'gives PROVIDER_UNAVAILABLE for 500, at every endpoint': [
    ...forgiving(({ status }) => status === 500),
    [
      'exchangeCredentials sends again what works once',
      repeating(noteListHarness, ({ status }, { url }) => status === 500 && url.endsWith('/exchange')),
      /exchangeCredentials with .* sends the same request again/,
    ],
  ],
  'gives PROVIDER_INVALID_RESPONSE or PROVIDER_UNAVAILABLE for a web page instead of data, at every endpoint':
    forgiving(({ status, body }) => status === 200 && (body?.startsWith('<') ?? false)),
}
