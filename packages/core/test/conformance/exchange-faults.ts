import { Err } from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { changed, type FaultsOf, failing, refusal, reject, spoiled, unavailable } from './spoil.ts'

const { noteList } = spoiled

const exchanges = 'exchanges what a user types for credentials that it takes again'
const refuses = 'refuses bad input for an exchange with PROVIDER_INVALID_INPUT, before anything is sent'
const aborted = 'exchanges nothing, and says PROVIDER_ABORTED, when the signal is aborted'
const secrets = 'shows no secret of an exchange'

export const exchangeFaults: FaultsOf<CaseName<'exchange'>> = {
  [exchanges]: [
    [
      'another type',
      noteList((list) => ({
        exchangeCredentials: changed(list.exchangeCredentials, () => ({ type: 'custom', token: 'a' })),
      })),
      /gives the type 'custom'/,
    ],
    [
      'what it does not take again',
      noteList((list) => ({
        exchangeCredentials: changed(list.exchangeCredentials, () => ({ type: 'link_token', token: 'a' })),
      })),
      /parseCredentials refuses what exchangeCredentials gives/,
    ],
    [
      'a field that parsing loses',
      noteList((list) => ({
        exchangeCredentials: changed(list.exchangeCredentials, (kept) => Object.assign(kept, { institution: 'acme' })),
      })),
      /gives other fields/,
    ],
    ['it rejects', noteList(() => ({ exchangeCredentials: reject })), /exchangeCredentials threw/, refuses, aborted],
    [
      'it fails',
      noteList((list) => ({
        exchangeCredentials: async (...args: Parameters<typeof list.exchangeCredentials>) =>
          (await list.exchangeCredentials(...args)).andThen(() => Err(unavailable())),
      })),
      /exchangeCredentials gave PROVIDER_UNAVAILABLE/,
    ],
  ],

  [refuses]: [
    [
      'another code',
      noteList((list) => ({
        exchangeCredentials: failing(list.exchangeCredentials, ['PROVIDER_INVALID_INPUT'], () => Err(unavailable())),
      })),
      /Bad input for an exchange must be PROVIDER_INVALID_INPUT/,
    ],
    [
      'the institution has to refuse it',
      noteList((list, { fetch }) => ({
        exchangeCredentials: failing(list.exchangeCredentials, ['PROVIDER_INVALID_INPUT'], async (error) => {
          await fetch?.(new Request('https://api.example.com/exchange'))
          return Err(error)
        }),
      })),
      /before anything is sent/,
    ],
  ],

  [aborted]: [
    [
      'it pays no heed',
      noteList((list) => ({ exchangeCredentials: (input: unknown) => list.exchangeCredentials(input) })),
      /aborted signal gave Ok/,
    ],
    [
      'another code',
      noteList((list) => ({
        exchangeCredentials: failing(list.exchangeCredentials, ['PROVIDER_ABORTED'], () => Err(unavailable())),
      })),
      /aborted signal gave PROVIDER_UNAVAILABLE/,
    ],
  ],

  [secrets]: [
    [
      'credentials that are not masked',
      noteList((list) => ({
        exchangeCredentials: changed(list.exchangeCredentials, (kept) => ({ ...kept })),
      })),
      /secret at index 0/,
    ],
    [
      'what the user typed in the log',
      noteList((list, { logger }) => ({
        exchangeCredentials: changed(list.exchangeCredentials, (kept, input) => {
          logger?.info('exchanged', { input: String(input) })
          return kept
        }),
      })),
      /secret at index 1/,
    ],
    [
      'what the user typed in a refusal',
      noteList((list) => ({
        exchangeCredentials: failing(list.exchangeCredentials, ['PROVIDER_INVALID_INPUT'], (_error, input) =>
          refusal(`Not with ${JSON.stringify(input)}.`),
        ),
      })),
      /secret at index 0/,
    ],
  ],
}
