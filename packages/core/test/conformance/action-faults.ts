import { Err, Ok } from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { changed, type FaultsOf, failing, refusal, reject, spoiled, unavailable } from './spoil.ts'

const { noteList } = spoiled

const done = 'does what it is told, and tells of it in plain data'
const refuses = 'refuses a bad action with PROVIDER_INVALID_INPUT, before anything is sent'
const aborted = 'does nothing, and says PROVIDER_ABORTED, when the signal is aborted'
const secrets = 'shows no secret in what an action gives and logs'

export const actionFaults: FaultsOf<CaseName<'actor'>> = {
  [done]: [
    ['a date', noteList((list) => ({ act: changed(list.act, () => new Date(0)) })), /does not survive JSON/],
    ['an error', noteList((list) => ({ act: changed(list.act, () => undefined) })), /does not survive/],
    [
      'it fails',
      noteList((list) => ({
        act: async (...args: Parameters<typeof list.act>) =>
          (await list.act(...args)).andThen(() => Err(unavailable())),
      })),
      /act gave PROVIDER_UNAVAILABLE/,
    ],
    [
      'no Result',
      noteList((list) => ({
        act: async (...args: Parameters<typeof list.act>) => (await list.act(...args)).unwrapOr(null),
      })),
      /act must give a Result/,
      refuses,
      aborted,
    ],
    ['it rejects', noteList(() => ({ act: reject })), /act threw or rejected/, refuses, aborted],
  ],

  [refuses]: [
    [
      'another code',
      noteList((list) => ({ act: failing(list.act, ['PROVIDER_INVALID_INPUT'], () => Err(unavailable())) })),
      /bad action must be PROVIDER_INVALID_INPUT/i,
    ],
    [
      'it does something else instead',
      noteList((list) => ({ act: failing(list.act, ['PROVIDER_INVALID_INPUT'], () => Ok({ done: true })) })),
      /bad action must be PROVIDER_INVALID_INPUT/i,
    ],
    [
      'the institution has to refuse it',
      noteList((list, { fetch }) => ({
        act: failing(list.act, ['PROVIDER_INVALID_INPUT'], async (error) => {
          await fetch?.(new Request('https://api.example.com/done'))
          return Err(error)
        }),
      })),
      /before anything is sent/,
    ],
  ],

  [aborted]: [
    [
      'it pays no heed',
      noteList((list) => ({
        act: (...[credentials, action]: Parameters<typeof list.act>) => list.act(credentials, action),
      })),
      /aborted signal gave Ok/,
    ],
    [
      'another code',
      noteList((list) => ({ act: failing(list.act, ['PROVIDER_ABORTED'], () => Err(unavailable())) })),
      /aborted signal gave PROVIDER_UNAVAILABLE/,
    ],
  ],

  [secrets]: [
    [
      'the token in the answer',
      noteList((list) => ({ act: changed(list.act, (_answer, { accessToken }) => ({ by: accessToken })) })),
      /secret at index 0/,
    ],
    [
      'the token in the log',
      noteList((list, { logger }) => ({
        act: changed(list.act, (answer, { accessToken }) => {
          logger?.info('done', { by: accessToken })
          return answer
        }),
      })),
      /secret at index 0/,
    ],
    [
      'the token in a refusal',
      noteList((list) => ({
        act: failing(list.act, ['PROVIDER_INVALID_INPUT'], () => refusal('Not with canary-access.')),
      })),
      /secret at index 0/,
    ],
  ],
}
