import assert from 'node:assert/strict'
import type { CredentialRepository, RefreshState } from '../ports/credential-repository.ts'
import { assertRecord, instant, recordOf, sealed } from './credential-record.ts'
import type { CredentialStore } from './credential-store.ts'
import { settle, succeed } from './settled.ts'

const OWNERS = 16
const ROUNDS = 10
/** Long for a machine that does nothing else, short for whoever waits. */
const SHORT = 80
const LONG = 60_000
/** A lease of no time has ended when it is there. */
const NO_TIME = 0

const state: RefreshState = {
  inDoubtSince: instant('2026-01-31T12:00:00.000Z'),
  failures: 2,
  retryAt: instant('2026-01-31T12:00:04.500Z'),
  reauthentication: null,
}

const take = (repository: CredentialRepository, owner: string, milliseconds = LONG, version = 1) =>
  succeed('takeLease', () => repository.takeLease({ connectionId: 'connection-1', version, owner, milliseconds }))
const tell = (repository: CredentialRepository, owner: string, refresh: RefreshState | null, release = false) =>
  succeed('saveRefresh', () =>
    repository.saveRefresh({ connectionId: 'connection-1', version: 1, owner, refresh, release }),
  )
const find = (repository: CredentialRepository) => succeed('find', () => repository.find('connection-1'))
const save = (repository: CredentialRepository, version = 1, expected = version - 1, credentials = sealed()) =>
  succeed('save', () => repository.save(recordOf('connection-1', { version, credentials }), expected))

/** Has all ask for the lease at once, on handles in turn. Returns who got it. */
async function race({ handles }: CredentialStore, round: number): Promise<string[]> {
  const owners = Array.from({ length: OWNERS }, (_, index) => `owner-${round}-${index}`)
  const taken = await Promise.all(
    owners.map((owner, index) => take(handles[index % handles.length] as CredentialRepository, owner)),
  )
  for (const [index, record] of taken.entries())
    if (record !== null) assert.equal(record.lease?.owner, owners[index], 'Who gets the record has the lease.')
  return owners.filter((_, index) => taken[index] !== null)
}

/** What a repository must do about leases. */
export const leaseCases: Readonly<Record<string, (store: CredentialStore) => Promise<void>>> = {
  async 'begins without a lease and with nothing to say of refreshing'({ first, second }) {
    await save(first)
    const record = await find(second)
    assert.deepEqual([record?.lease, record?.refresh], [null, null])
  },

  async 'gives the lease to one, with the record as it is stored'({ first, second }) {
    await save(first)
    const taken = await take(first, 'a')
    assertRecord(taken, recordOf('connection-1'))
    assert.equal(taken?.lease?.owner, 'a')
    assert.equal(await take(second, 'b'), null)
    assert.deepEqual((await find(second))?.lease, taken?.lease)
  },

  async 'prolongs the lease of the one who has it'({ first, second }) {
    await save(first)
    const before = await take(first, 'a', SHORT)
    const after = await take(second, 'a', LONG)
    assert((after?.lease?.until ?? '') > (before?.lease?.until ?? ''), 'The lease must end later.')
    assert.equal(await take(first, 'b'), null)
  },

  async 'gives no lease of what is not there, is forgotten, or has another version'({ first }) {
    assert.equal(await take(first, 'a'), null)
    await save(first)
    assert.equal(await take(first, 'a', LONG, 2), null)
    await succeed('save', () => first.save(recordOf('connection-1', { version: 2, credentials: null }), 1))
    assert.equal(await take(first, 'a', LONG, 2), null)
    assert.equal((await find(first))?.lease, null)
  },

  async 'gives the lease of many that ask at a time to one'(store) {
    await save(store.first)
    const winners = await race(store, 0)
    assert.equal(winners.length, 1, `Of ${OWNERS} one must get the lease, not ${winners.length}.`)
  },

  async 'lets a lease that has ended be taken, by one, each time'(store) {
    await save(store.first)
    for (let round = 0; round < ROUNDS; round++) {
      const winners = await race(store, round)
      assert.equal(winners.length, 1, `Of ${OWNERS} one must get the lease, not ${winners.length}.`)
      assert.equal((await find(store.second))?.lease?.owner, winners[0])
      await take(store.first, winners[0] ?? '', NO_TIME)
    }
  },

  async 'keeps how a refresh went, of the one who has the lease alone'({ first, second }) {
    await save(first)
    assert.equal(await tell(first, 'a', state), false)
    await take(first, 'a')
    assert.equal(await tell(second, 'b', state), false)
    assert.equal((await find(first))?.refresh, null)
    assert.equal(await tell(second, 'a', state), true)
    const record = await find(first)
    assert.deepEqual({ ...record?.refresh }, state)
    assert.equal(record?.lease?.owner, 'a')
    assert.equal(await tell(first, 'a', { ...state, reauthentication: 'refresh_in_doubt' }), true)
    assert.equal((await find(second))?.refresh?.reauthentication, 'refresh_in_doubt')
    assert.equal(await tell(first, 'a', null, true), true)
    const released = await find(second)
    assert.deepEqual([released?.lease, released?.refresh], [null, null])
    assertRecord(released, recordOf('connection-1'))
    assert.equal(await tell(first, 'a', state), false)
    assert.equal((await take(second, 'b'))?.lease?.owner, 'b')
  },

  async 'keeps how a refresh went though the lease has ended, until another takes it'({ first, second, pass }) {
    await save(first)
    await take(first, 'a', SHORT)
    await pass(SHORT + SHORT / 4)
    assert.equal(await tell(first, 'a', state), true)
    const taken = await take(second, 'b')
    assert.deepEqual({ ...taken?.refresh }, state, 'Who takes a lease learns how the last refresh went.')
    assert.equal(await tell(first, 'a', null), false)
  },

  async 'leaves lease and state alone when the same version is written'({ first, second }) {
    await save(first)
    await take(first, 'a')
    await tell(first, 'a', state)
    await save(second, 1, 1, sealed({ keyId: 'k2' }))
    const record = await find(first)
    assert.equal(record?.credentials?.keyId, 'k2')
    assert.equal(record?.lease?.owner, 'a')
    assert.deepEqual({ ...record?.refresh }, state)
  },

  async 'ends lease and state with the version'({ first, second }) {
    await save(first)
    await take(first, 'a')
    await tell(first, 'a', state)
    await save(second, 2)
    const record = await find(first)
    assert.deepEqual([record?.lease, record?.refresh], [null, null])
    assert.equal(await tell(first, 'a', state), false)
    assert.equal(await take(first, 'a'), null)
  },

  async 'takes nothing of a refresh that comes after the credentials were forgotten'({ first, second }) {
    await save(first)
    await take(first, 'a')
    await succeed('save', () => second.save(recordOf('connection-1', { version: 2, credentials: null }), 1))
    assert.equal(await tell(first, 'a', state), false)
    const late = await settle('save', () => first.save(recordOf('connection-1', { version: 2 }), 1))
    assert(late.isErr(), 'What was forgotten must not come back.')
    const record = await find(second)
    assert.deepEqual([record?.credentials, record?.lease, record?.refresh], [null, null, null])
  },

  async 'leaves the leases of other records alone'({ first, second }) {
    await save(first)
    await succeed('save', () => first.save(recordOf('connection-2'), 0))
    await take(first, 'a')
    await tell(first, 'a', state)
    const other = await succeed('find', () => second.find('connection-2'))
    assert.deepEqual([other?.lease, other?.refresh], [null, null])
  },
}
