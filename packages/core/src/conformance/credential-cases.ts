import assert from 'node:assert/strict'
import type { CredentialRepository, CredentialWrite } from '../ports/credential-repository.ts'
import { assertBytes, assertRecord, instant, recordOf, sealed } from './credential-record.ts'
import type { CredentialStore } from './credential-store.ts'
import { settle, succeed } from './settled.ts'

const WRITERS = 16
const RACES = 20

const find = (repository: CredentialRepository, id: string) => succeed('find', () => repository.find(id))
const save = (repository: CredentialRepository, record: CredentialWrite, expected: number) =>
  succeed('save', () => repository.save(record, expected))

async function conflict(repository: CredentialRepository, record: CredentialWrite, expected: number): Promise<void> {
  const result = await settle('save', () => repository.save(record, expected))
  const code = result.isErr() ? result.error.code : 'no error'
  assert.equal(code, 'STORAGE_CONFLICT', `save with a version that is not the stored one must be refused.`)
}

/** Has all write at once, on handles in turn. Returns which of them were taken. */
async function race(
  { handles }: CredentialStore,
  writes: readonly { record: CredentialWrite; expected: number }[],
): Promise<CredentialWrite[]> {
  const results = await Promise.all(
    writes.map(({ record, expected }, index) =>
      settle('save', () => (handles[index % handles.length] as CredentialRepository).save(record, expected)),
    ),
  )
  for (const result of results)
    if (result.isErr()) assert.equal(result.error.code, 'STORAGE_CONFLICT', 'The losers of a race get a conflict.')
  return writes.filter((_, index) => results[index]?.isOk()).map(({ record }) => record)
}

/** All pages of a list. */
async function listAll(repository: CredentialRepository, keyId: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const page = await succeed('listSealedByOthers', () =>
      repository.listSealedByOthers({ keyId, after: ids.at(-1) ?? null, limit }),
    )
    assert(page.length <= limit, 'A page has at most as many records as it is asked for.')
    if (page.length === 0) return ids
    for (const { connectionId } of page) {
      assert(!ids.includes(connectionId), 'A list must go on behind `after`, and give no record twice.')
      ids.push(connectionId)
    }
  }
}

const count = (repository: CredentialRepository, keyId: string) =>
  succeed('countSealedBy', () => repository.countSealedBy(keyId))

/** What a store of credentials must do but for leases. */
export const credentialCases: Readonly<Record<string, (store: CredentialStore) => Promise<void>>> = {
  async 'finds nothing where nothing was saved'({ first }) {
    assert.equal(await find(first, 'connection-1'), null)
    assert.equal(await count(first, 'k1'), 0)
    assert.deepEqual(await listAll(first, 'k1', 10), [])
  },

  async 'gives back every field as it was saved, through every handle'({ first, second }) {
    const records = [
      recordOf('connection-1', { userId: 'user/ü "1"', provider: 'chase-file' }),
      recordOf('connection-2', {
        credentials: sealed({
          credentialType: 'api_key',
          expiresAt: instant('2026-01-31T12:00:00.001Z'),
          refreshAt: instant('2026-01-31T11:55:00.001Z'),
          reauthenticateBy: instant('2026-02-07T00:00:00.000Z'),
          keyId: 'a.b-c_2',
        }),
      }),
      recordOf('connection-3', { credentials: null }),
    ]
    for (const record of records) await save(first, record, 0)
    for (const record of records) assertRecord(await find(second, record.connectionId), record)
  },

  async 'keeps bytes of every value and of any number'({ first, second }) {
    const contents = [Uint8Array.of(), Uint8Array.of(0), Uint8Array.from({ length: 70_000 }, (_, index) => index)]
    for (const [index, encryptedData] of contents.entries()) {
      await save(first, recordOf(`connection-${index}`, { credentials: sealed({ encryptedData }) }), 0)
      const stored = await find(second, `connection-${index}`)
      assertRecord(stored, recordOf(`connection-${index}`, { credentials: sealed({ encryptedData }) }))
    }
    const first0 = await find(first, 'connection-1')
    await find(first, 'connection-2')
    assertBytes(first0?.credentials?.encryptedData ?? Uint8Array.of(), contents[1] as Uint8Array)
  },

  async 'keeps nothing of the object it was given, and gives none of its own'({ first }) {
    const record = recordOf('connection-1')
    await save(first, record, 0)
    record.credentials?.encryptedData.fill(9)
    const read = await find(first, 'connection-1')
    read?.credentials?.encryptedData.fill(8)
    assertRecord(await find(first, 'connection-1'), recordOf('connection-1'))
  },

  async 'writes the first record only where there is none'({ first, second }) {
    await save(first, recordOf('connection-1'), 0)
    await conflict(second, recordOf('connection-1', { userId: 'user-2' }), 0)
    assertRecord(await find(first, 'connection-1'), recordOf('connection-1'))
  },

  async 'writes over the version that is expected and over no other'({ first, second }) {
    await conflict(first, recordOf('connection-1', { version: 2 }), 1)
    assert.equal(await find(first, 'connection-1'), null)
    await save(first, recordOf('connection-1'), 0)
    await save(second, recordOf('connection-1', { version: 2, provider: 'other' }), 1)
    for (const expected of [0, 1, 3]) await conflict(first, recordOf('connection-1', { version: 4 }), expected)
    assertRecord(await find(first, 'connection-1'), recordOf('connection-1', { version: 2, provider: 'other' }))
  },

  async 'writes over a record without a new version'({ first, second }) {
    await save(first, recordOf('connection-1'), 0)
    const again = recordOf('connection-1', { credentials: sealed({ keyId: 'k2' }) })
    await save(second, again, 1)
    assertRecord(await find(first, 'connection-1'), again)
  },

  async 'keeps the version of what is forgotten'({ first, second }) {
    await save(first, recordOf('connection-1'), 0)
    await save(second, recordOf('connection-1', { version: 2, credentials: null }), 1)
    await conflict(first, recordOf('connection-1', { version: 2 }), 1)
    await conflict(first, recordOf('connection-1'), 0)
    assert.equal((await find(first, 'connection-1'))?.version, 2)
    await save(first, recordOf('connection-1', { version: 3 }), 2)
    assertRecord(await find(second, 'connection-1'), recordOf('connection-1', { version: 3 }))
  },

  async 'leaves other records alone'({ first }) {
    await save(first, recordOf('connection-1'), 0)
    await save(first, recordOf('connection-10'), 0)
    await save(first, recordOf('connection-1', { version: 2, credentials: null }), 1)
    assertRecord(await find(first, 'connection-10'), recordOf('connection-10'))
  },

  async 'lets one of many first writers win'(store) {
    for (let round = 0; round < RACES; round++) {
      const writes = Array.from({ length: WRITERS }, (_, writer) => ({
        record: recordOf(`connection-${round}`, { userId: `user-${writer}` }),
        expected: 0,
      }))
      const winners = await race(store, writes)
      assert.equal(winners.length, 1, `Of ${WRITERS} writers at a time one must win, not ${winners.length}.`)
      assertRecord(await find(store.first, `connection-${round}`), winners[0] as CredentialWrite)
    }
  },

  async 'lets one of many writers of the same version win, each time'(store) {
    await save(store.first, recordOf('connection-1'), 0)
    for (let version = 1; version <= RACES; version++) {
      const writes = Array.from({ length: WRITERS }, (_, writer) => ({
        record: recordOf('connection-1', { version: version + 1, userId: `user-${writer}` }),
        expected: version,
      }))
      const winners = await race(store, writes)
      assert.equal(winners.length, 1, `Of ${WRITERS} writers at a time one must win, not ${winners.length}.`)
      assertRecord(await find(store.second, 'connection-1'), winners[0] as CredentialWrite)
    }
  },

  async 'loses no write of many that try until they win'(store) {
    await save(store.first, recordOf('connection-1', { credentials: sealed({ encryptedData: Uint8Array.of() }) }), 0)
    const append = async (repository: CredentialRepository, byte: number) => {
      for (let attempt = 0; attempt < 100 * WRITERS; attempt++) {
        const record = await find(repository, 'connection-1')
        assert(record?.credentials, 'The record must not vanish.')
        const encryptedData = Uint8Array.of(...record.credentials.encryptedData, byte)
        const next = { ...record, version: record.version + 1, credentials: { ...record.credentials, encryptedData } }
        const saved = await settle('save', () => repository.save(next, record.version))
        if (saved.isOk()) return
        assert.equal(saved.error.code, 'STORAGE_CONFLICT', 'The losers of a race get a conflict.')
      }
      assert.fail('A writer that reads again after each conflict must win at some time.')
    }
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) =>
        append(store.handles[writer % store.handles.length] as CredentialRepository, writer),
      ),
    )
    const bytes = (await find(store.first, 'connection-1'))?.credentials?.encryptedData ?? []
    assert.deepEqual(
      [...bytes].sort((a, b) => a - b),
      Array.from({ length: WRITERS }, (_, writer) => writer),
    )
  },

  async 'lists what is sealed with other keys, page by page, and counts by key'({ first, second }) {
    const expected: string[] = []
    for (let index = 0; index < 25; index++) {
      const keyId = `k${index % 3}`
      const connectionId = `connection-${index}`
      const isForgotten = index % 5 === 0
      await save(first, recordOf(connectionId, { credentials: isForgotten ? null : sealed({ keyId }) }), 0)
      if (!isForgotten && keyId !== 'k1') expected.push(connectionId)
    }
    for (const limit of [1, 7, 100])
      assert.deepEqual((await listAll(second, 'k1', limit)).sort(), expected.toSorted(), 'Each record once.')
    assert.equal(await count(second, 'k1'), 7)
    assert.equal(await count(second, 'k9'), 0)
    const [record] = await succeed('listSealedByOthers', () =>
      first.listSealedByOthers({ keyId: 'k1', after: null, limit: 1 }),
    )
    assertRecord(record, (await find(first, record?.connectionId ?? '')) as CredentialWrite)
  },

  async 'lists and counts what is sealed now, not what was'({ first, second }) {
    await save(first, recordOf('connection-1'), 0)
    await save(first, recordOf('connection-2'), 0)
    await save(first, recordOf('connection-1', { credentials: sealed({ keyId: 'k2' }) }), 1)
    await save(first, recordOf('connection-2', { version: 2, credentials: null }), 1)
    assert.deepEqual([await count(second, 'k1'), await count(second, 'k2')], [0, 1])
    assert.deepEqual(await listAll(second, 'k2', 10), [])
    assert.deepEqual(await listAll(second, 'k1', 10), ['connection-1'])
  },

  async 'tells ids and keys apart that are nearly the same'({ first, second }) {
    const ids = ['connection', 'Connection', 'connection ', 'cönnection', `${'c'.repeat(199)}1`, `${'c'.repeat(199)}2`]
    for (const [index, id] of ids.entries())
      await save(
        first,
        recordOf(id, { userId: `user-${index}`, credentials: sealed({ keyId: index % 2 ? 'K' : 'k' }) }),
        0,
      )
    for (const [index, id] of ids.entries()) assert.equal((await find(second, id))?.userId, `user-${index}`)
    assert.deepEqual([await count(second, 'k'), await count(second, 'K')], [3, 3])
    assert.equal((await listAll(second, 'k', 2)).length, 3)
  },

  async 'lists on where it stopped, whatever is written meanwhile'({ first, second }) {
    const ids = Array.from({ length: 30 }, (_, index) => `connection-${String(index).padStart(2, '0')}`)
    for (const id of ids) await save(first, recordOf(id), 0)
    const listed: string[] = []
    for (;;) {
      const after = listed.at(-1) ?? null
      const page = await succeed('listSealedByOthers', () =>
        second.listSealedByOthers({ keyId: 'k2', after, limit: 4 }),
      )
      if (page.length === 0) break
      for (const record of page) {
        assert(!listed.includes(record.connectionId), 'A list must go on behind `after`, and give no record twice.')
        listed.push(record.connectionId)
        await save(first, { ...record, credentials: sealed({ keyId: 'k2' }) }, record.version)
      }
      const other = ids[(listed.length * 7) % ids.length] as string
      const record = await find(first, other)
      if (record !== null) await save(first, { ...record, version: record.version + 1 }, record.version)
    }
    assert.deepEqual(listed.toSorted(), ids, 'Each record once, and none left out.')
  },
}
