import { describe, expect, test } from 'vitest'
import { contradictionsIn } from './connections/contradictions.ts'
import { createHost } from './connections/host.ts'

type Host = ReturnType<typeof createHost>

const userId = 'user-1'
const provider = 'broker'

/** A login up to its callback. */
async function begin({ connections, institution }: Host, user: string | null, request: object = {}) {
  const begun = (await connections.beginOAuth({ userId, provider, ...request })).unwrap()
  return { connectionId: begun.connectionId, callback: institution.consent(begun.authorizationUrl, user) }
}

const finish = ({ connections }: Host, { callback }: { callback: URLSearchParams }) =>
  connections.finishOAuth({ userId, provider, callback })
const connect = ({ connections }: Host, slug: 'key-broker' | 'exchange', input: unknown, alias = '') =>
  connections.connect({ userId, provider: slug, alias, input })
const key = (name: string) => ({ apiKey: `key-${name}`, apiSecret: 'made-up' })

type Operation = () => Promise<{ isOk(): boolean }>

/** Two things that a user does at the same time, made ready one after the other. */
const pairs: Record<string, (host: Host) => Promise<readonly [Operation, Operation]>> = {
  async 'two logins of one new connection, as different people'(host) {
    const [one, other] = [await begin(host, 'ada'), await begin(host, 'bob')]
    return [() => finish(host, one), () => finish(host, other)]
  },
  async 'a login, and one of the same connection that is denied'(host) {
    const [one, other] = [await begin(host, 'ada'), await begin(host, null)]
    return [() => finish(host, one), () => finish(host, other)]
  },
  async 'two new connections to the same accounts'(host) {
    const [one, other] = [await begin(host, 'ada', { alias: 'one' }), await begin(host, 'ada', { alias: 'other' })]
    return [() => finish(host, one), () => finish(host, other)]
  },
  async 'two connections to the same accounts by a key'(host) {
    return [
      () => connect(host, 'key-broker', key('ada'), 'one'),
      () => connect(host, 'key-broker', key('ada'), 'other'),
    ]
  },
  async 'two keys for one new connection'(host) {
    return [() => connect(host, 'key-broker', key('ada')), () => connect(host, 'key-broker', key('bob'))]
  },
  async 'a setup token, and one that is good for nothing'(host) {
    return [() => connect(host, 'exchange', 'setup-ada'), () => connect(host, 'exchange', 'setup-nobody')]
  },
  async 'two logins again of a connection that had no accounts'(host) {
    const { id: connectionId } = await host.login('no-accounts')
    const [one, other] = [await begin(host, 'ada', { connectionId }), await begin(host, 'bob', { connectionId })]
    return [() => finish(host, one), () => finish(host, other)]
  },
  async 'a login again, and disconnecting'(host) {
    const { id: connectionId } = await host.login()
    const again = await begin(host, 'ada', { connectionId })
    return [() => finish(host, again), () => host.connections.disconnect({ userId, connectionId })]
  },
  async 'a first login, and disconnecting'(host) {
    const first = await begin(host, 'ada')
    return [() => finish(host, first), () => host.connections.disconnect({ userId, ...first })]
  },
}

/** Numbers that are the same each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Does both at once over stores that take their time, which is another one for each seed. */
async function doAtOnce(host: Host, operations: readonly Operation[], seed: number) {
  const random = createRandom(seed)
  host.stores.around = async (_, call) => {
    await passTurns(random(6))
    const answer = await call()
    await passTurns(random(3))
    return answer
  }
  const results = await Promise.all(operations.map((operation) => operation()))
  host.stores.around = (_, call) => call()
  return results
}

const SEEDS = 25

describe('at the same time', () => {
  test.each(Object.entries(pairs))('%s: what is stored holds together', async (_, prepare) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const host = createHost()
      const operations = await prepare(host)
      const told = host.events.length
      const results = await doAtOnce(host, operations, seed)
      const isSuccess = (type: string) => /(Connection|Disconnection)Succeeded$/.test(type)
      const successes = host.types().slice(told).filter(isSuccess)
      expect(successes, `seed ${seed}`).toHaveLength(results.filter((result) => result.isOk()).length)
      expect(await contradictionsIn(host), `seed ${seed}`).toEqual([])
    }
  })

  test.each(['a login again, and disconnecting', 'a first login, and disconnecting'])(
    '%s: no grant is left at the institution',
    async (name) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const host = createHost()
        const operations = (await pairs[name]?.(host)) ?? []
        expect((await doAtOnce(host, operations, seed)).at(-1)?.isOk()).toBe(true)
        expect(host.institution.liveGrants, `seed ${seed}`).toBe(0)
      }
    },
  )
})
