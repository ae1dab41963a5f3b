import { describe, expect, test } from 'vitest'
import {
  ConnectionError,
  createEventEmitter,
  type EventType,
  type FinportEvent,
  toEventError,
  VaultError,
} from '../src/index.ts'

const now = () => Date.parse('2026-01-31T12:00:00Z')
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
const facts = { userId: 'user-1', connectionId: 'connection-1', provider: 'acme' }

describe('events', () => {
  test('have an id of their own, the time, an audit action, and are plain JSON', () => {
    const events: FinportEvent[] = []
    const emit = createEventEmitter((event) => void events.push(event), { now, random })
    emit('ProviderConnectionAttempted', facts)
    emit('ProviderConnectionExpired', {
      ...facts,
      error: toEventError(new VaultError('REAUTHENTICATION_REQUIRED', 'refresh_in_doubt')),
      notifyUser: true,
    })
    expect(events).toEqual([
      {
        ...facts,
        type: 'ProviderConnectionAttempted',
        action: 'PROVIDER_CONNECTION_ATTEMPTED',
        id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
        time: '2026-01-31T12:00:00.000Z',
        notifyUser: false,
      },
      {
        ...facts,
        type: 'ProviderConnectionExpired',
        action: 'PROVIDER_CONNECTION_EXPIRED',
        id: expect.any(String),
        time: '2026-01-31T12:00:00.000Z',
        notifyUser: true,
        error: {
          code: 'REAUTHENTICATION_REQUIRED',
          message: 'The provider asks the user to log in again.',
          retryable: false,
          userAction: 'reconnect',
          reason: 'refresh_in_doubt',
        },
      },
    ])
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    expect(events[0]?.id).not.toBe(events[1]?.id)
  })

  test('ids of later milliseconds sort later', () => {
    const ids = [1, 1_000, 2 ** 33, 1.8e12, 1.8e12 + 1].map((time) => {
      let id = ''
      const sink = (event: FinportEvent) => {
        id = event.id
      }
      createEventEmitter(sink, { now: () => time, random })('ProviderConnectionSucceeded', facts)
      return id
    })
    expect(ids.toSorted()).toEqual(ids)
  })

  test.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('canary')
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['never ends', () => new Promise<void>(() => {})],
  ])('a sink that %s harms nobody', async (_, sink) => {
    const types: EventType[] = ['ProviderConnectionAttempted', 'ProviderConnectionSucceeded']
    const emit = createEventEmitter(sink, { now, random })
    for (const type of types) expect(emit(type as 'ProviderConnectionAttempted', facts)).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('an error without a reason has none', () => {
    expect(toEventError(new ConnectionError('OAUTH_DENIED'))).toMatchObject({ code: 'OAUTH_DENIED', reason: null })
  })
})
