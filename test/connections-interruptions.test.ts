import { Err, type FinportEvent, type Result, StorageError } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { contradictionsIn } from './connections/contradictions.ts'
import { createHost, MINUTE } from './connections/host.ts'
import type { Around } from './connections/watched-stores.ts'

type Host = ReturnType<typeof createHost>
type Operation = () => Promise<Result<unknown, { code: string }>>

const userId = 'user-1'
const provider = 'broker'

async function begin({ connections, institution }: Host, user: string | null, request: object = {}) {
  const { authorizationUrl } = (await connections.beginOAuth({ userId, provider, ...request })).unwrap()
  const callback = institution.consent(authorizationUrl, user)
  return () => connections.finishOAuth({ userId, provider, callback })
}

/** Everything that writes, made ready. */
const operations: Record<string, (host: Host) => Promise<Operation>> = {
  'a first login': (host) => begin(host, 'ada'),
  'a first login that is denied': (host) => begin(host, null),
  async 'a login to accounts that another connection has'(host) {
    await host.login()
    return begin(host, 'ada', { alias: 'second' })
  },
  async 'a login again'(host) {
    const { id: connectionId } = await host.login()
    return begin(host, 'ada', { connectionId })
  },
  async 'a login again as somebody else'(host) {
    const { id: connectionId } = await host.login()
    return begin(host, 'bob', { connectionId })
  },
  'connecting by a key': async ({ connections }) => {
    const input = { apiKey: 'key-ada', apiSecret: 'made-up' }
    return () => connections.connect({ userId, provider: 'key-broker', input })
  },
  'connecting by a setup token': async ({ connections }) => {
    return () => connections.connect({ userId, provider: 'exchange', input: 'setup-ada' })
  },
  async refreshing(host) {
    const { id: connectionId } = await host.login()
    host.clock.now += 28 * MINUTE
    return () => host.connections.refresh({ userId, connectionId })
  },
  async disconnecting(host) {
    const { id: connectionId } = await host.login()
    return () => host.connections.disconnect({ userId, connectionId })
  },
  async 'a sweep'(host) {
    await begin(host, 'ada')
    host.clock.now += 21 * MINUTE
    return () => host.connections.sweep()
  },
}

const lost = async () => Err(new StorageError('STORAGE_UNAVAILABLE'))

/** What becomes of a call, and of those after it. */
const ends: Record<string, { isDone: boolean; isLast: boolean }> = {
  'that is not done': { isDone: false, isLast: false },
  'whose answer is lost': { isDone: true, isLast: false },
  'that is the last before the process is killed': { isDone: true, isLast: true },
}

/** Interrupts the `place`th call of a store, and says whether there was one. */
function interrupt(host: Host, place: number, { isDone, isLast }: { isDone: boolean; isLast: boolean }) {
  let calls = 0
  const around: Around = async (_, call) => {
    calls++
    if (isLast && calls > place) return lost()
    if (calls !== place) return call()
    if (isDone) await call()
    return lost()
  }
  host.stores.around = around
  return {
    end() {
      host.stores.around = (_, call) => call()
      return calls >= place
    },
  }
}

const isEnd = ({ type }: FinportEvent) => /(Connection|Disconnection)(Succeeded|Failed)$/.test(type)

/** What a user and the host do afterwards: again, as if nothing was there, and a sweep. */
async function recover(host: Host) {
  host.clock.now += 2 * MINUTE
  for (const connection of (await host.connections.list({ userId })).unwrap()) {
    if (connection.provider !== provider || connection.status !== 'expired') continue
    await (await begin(host, 'ada', { connectionId: connection.id }))()
  }
  host.clock.now += 21 * MINUTE
  expect((await host.connections.sweep()).isOk()).toBe(true)
}

describe.each(Object.entries(ends))('a call of a store %s', (_, end) => {
  test.each(Object.entries(operations))(
    'in %s leaves nothing that a sweep and a login do not mend',
    async (_, prepare) => {
      for (let place = 1; ; place++) {
        const host = createHost({ policy: { rotation: 'possible' } })
        const operation = await prepare(host)
        const told = host.events.length
        const interruption = interrupt(host, place, end)
        const result = await operation()
        if (!interruption.end()) break
        const said = host.events.slice(told).filter(isEnd)
        expect(said.length, `call ${place}`).toBeLessThanOrEqual(1)
        for (const { type } of said) expect(type.endsWith('Succeeded'), `call ${place}`).toBe(result.isOk())
        await recover(host)
        expect(await contradictionsIn(host), `call ${place}`).toEqual([])
      }
    },
  )

  test('in disconnecting leaves a connection that can be disconnected again, or one that is', async () => {
    for (let place = 1; ; place++) {
      const host = createHost()
      const request = { userId, connectionId: (await host.login()).id }
      const interruption = interrupt(host, place, end)
      const first = await host.connections.disconnect(request)
      if (!interruption.end()) break
      host.clock.now += 2 * MINUTE
      const again = await host.connections.disconnect(request)
      expect(first.isOk() || again.isOk() || again.error.code === 'CONNECTION_NOT_ACTIVE', `call ${place}`).toBe(true)
      expect((await host.connections.get(request)).unwrap().status).toBe('revoked')
      expect((await host.credentials.find(request.connectionId)).unwrap()?.credentials, `call ${place}`).toBeNull()
    }
  })
})
