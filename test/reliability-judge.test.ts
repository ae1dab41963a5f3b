import { beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../packages/core/src/conformance/faults.ts'
import { judge } from './reliability/judge.ts'
import { type GoodRun, type Observation, runWell, runWithFault, withoutWaiting } from './reliability/run-scene.ts'
import { scenes } from './reliability/scenes.ts'

type Fault = Observation['fault']

/** A sync with an outage in its history, as it is seen; and what might have been seen. */
describe('a run with a fault in it is found fault with', () => {
  let run: GoodRun
  let seen: Observation

  beforeAll(async () => {
    const scene = scenes.find(({ operation, institution }) => operation === 'sync' && institution === 'Alpaca')
    if (scene === undefined) throw new Error('There is no such scene.')
    const terms = { fault: faults.get('503') as Fault, what: '503', endpoint: 'GET /v2/account/activities' }
    await withoutWaiting(async () => {
      run = await runWell(scene)
      seen = (await runWithFault(scene, { ...terms, occurrence: 'later' })) as Observation
    })
  })

  test('by nobody when all is as it must be', () => {
    expect([...seen.outcome]).toEqual(['PROVIDER_UNAVAILABLE'])
    expect(judge(seen, run)).toEqual([])
  })

  const lessOne = ({ stored }: Observation) =>
    new Map([...stored].map(([part, rows]) => [part, part.startsWith('transactions') ? rows.slice(1) : rows]))

  test.each<[string, (seen: Observation) => Partial<Observation>, RegExp]>([
    ['a window that is half written', (whole) => ({ stored: lessOne(whole) }), /stores transactions .* never are/],
    ['a code that does not fit', () => ({ outcome: new Set(['PROVIDER_AUTHENTICATION_FAILED']) }), /does not fit/],
    [
      'a success that is none',
      (whole) => ({ outcome: new Set(['ok']), stored: new Map([...whole.stored, ['accounts', []]]) }),
      /not$/,
    ],
    [
      'a connection that an outage expired',
      ({ connection }) => ({ connection: { id: '', ...connection, status: 'expired', hasCredentials: true } }),
      /expires a connection that is good/,
    ],
    [
      'a connection that is over, and active',
      () => ({ outcome: new Set(['REAUTHENTICATION_REQUIRED']) }),
      /leaves a connection active that is over/,
    ],
    [
      'credentials that are gone',
      ({ connection }) => ({ connection: { id: '', status: 'active', ...connection, hasCredentials: false } }),
      /loses credentials/,
    ],
    ['a secret in what is said', ({ secrets: [secret = ''] }) => ({ said: `key ${secret}` }), /shows 1 secret/],
    ['rows that are missing afterwards', (whole) => ({ later: lessOne(whole) }), /does not come to the truth/],
    ['an error that stays', () => ({ again: new Set(['STORAGE_CONFLICT']) }), /does not end well/],
    ['a redirect that was followed', () => ({ complaints: ['follows a redirect'] }), /follows a redirect/],
  ])('for %s', (_, tamper, words) => {
    expect(judge({ ...seen, ...tamper(seen) }, run).join('\n')).toMatch(words)
  })
})
