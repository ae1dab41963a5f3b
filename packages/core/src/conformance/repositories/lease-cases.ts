import assert from 'node:assert/strict'
import { isInstant } from '../../dates.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { succeed } from '../settled.ts'
import { race, type StoreCases } from './store.ts'

const HOUR = 3_600_000
/** A lease of no time has ended when it is there: nobody has to wait for it. */
const NO_TIME = 0

const acquire = ({ leases }: Repositories, owner: string, milliseconds = HOUR, key = 'sync/1') =>
  succeed('leases.acquire', () => leases.acquire({ key, owner, milliseconds }))
const renew = ({ leases }: Repositories, owner: string, milliseconds = HOUR) =>
  succeed('leases.renew', () => leases.renew({ key: 'sync/1', owner, milliseconds }))
const release = ({ leases }: Repositories, owner: string) =>
  succeed('leases.release', () => leases.release({ key: 'sync/1', owner }))

/** What `leases` must do. */
export const leaseCases: StoreCases = {
  async 'leases: gives a lease to one, until its time'({ first, second }) {
    const lease = await acquire(first, 'a', 60_000)
    assert.deepEqual({ ...lease, until: '' }, { key: 'sync/1', owner: 'a', until: '' })
    assert(isInstant(lease?.until), 'until must be an instant.')
    assert.equal(await acquire(second, 'b'), null, 'Somebody else has it.')
    assert.notEqual(await acquire(second, 'b', HOUR, 'sync/2'), null, 'Others are free.')
    const longer = await acquire(second, 'c', 120_000, 'sync/3')
    const difference = Date.parse(longer?.until ?? '') - Date.parse(lease?.until ?? '')
    assert(difference >= 60_000 && difference < HOUR, 'A lease must last for as many milliseconds as it is asked for.')
  },

  async 'leases: prolongs the lease of the one who has it'({ first, second }) {
    const before = await acquire(first, 'a', 60_000)
    const after = await acquire(second, 'a')
    const renewed = await renew(first, 'a', 2 * HOUR)
    assert((after?.until ?? '') > (before?.until ?? ''), 'acquire by its owner must prolong a lease.')
    assert((renewed?.until ?? '') > (after?.until ?? ''), 'renew must prolong a lease.')
    assert.equal(await acquire(second, 'b'), null)
  },

  async 'leases: gives a lease that has ended to another'({ first, second }) {
    await acquire(first, 'a', NO_TIME)
    assert.equal((await acquire(second, 'b'))?.owner, 'b')
    assert.equal(await renew(first, 'a'), null, 'Who lost it must not prolong it.')
    assert.equal(await acquire(first, 'a'), null)
  },

  async 'leases: prolongs a lease that has ended as long as nobody took it'({ first, second }) {
    await acquire(first, 'a', NO_TIME)
    assert.equal((await renew(first, 'a'))?.owner, 'a')
    assert.equal(await acquire(second, 'b'), null)
    assert.equal(await renew(second, 'b'), null)
  },

  async 'leases: is given back by its owner alone'({ first, second }) {
    await release(first, 'a')
    await acquire(first, 'a')
    await release(second, 'b')
    assert.equal(await acquire(second, 'b'), null, 'Who does not have it must not give it back.')
    await release(second, 'a')
    assert.equal(await renew(first, 'a'), null, 'What was given back is nobody’s.')
    assert.equal((await acquire(second, 'b'))?.owner, 'b')
  },

  async 'leases: gives a lease that is free to one of many'(store) {
    const given = await race(store, (handle, index) => acquire(handle, `owner-${index}`))
    assert.equal(given.filter((lease) => lease !== null).length, 1, 'Of many at a time one must get the lease.')
  },

  async 'leases: gives a lease that has ended to one of many, its owner among them, each time'(store) {
    let owner = 'owner-0'
    await acquire(store.first, owner, NO_TIME)
    for (let round = 1; round <= 10; round++) {
      const before = owner
      const given = await race(store, (handle, index) =>
        index === 0 ? renew(handle, before) : acquire(handle, `owner-${round}-${index}`),
      )
      const owners = new Set(given.flatMap((lease) => (lease === null ? [] : [lease.owner])))
      assert(owners.size >= 1, 'Somebody must get a lease that has ended.')
      owners.delete(before)
      assert(owners.size <= 1, 'Two may not have a lease at a time.')
      owner = [...owners][0] ?? before
      const kept = await renew(store.second, owner, NO_TIME)
      assert.notEqual(kept, null, 'Who took a lease has it.')
    }
  },
}
