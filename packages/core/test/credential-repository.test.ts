import { describe, expect, test } from 'vitest'
import { credentialRepositoryConformance } from '../src/conformance/index.ts'
import {
  type CredentialRepository,
  createMemoryCredentialRepository,
  Err,
  type Instant,
  Ok,
  StorageError,
} from '../src/index.ts'

let clock = Date.parse('2026-01-31T12:00:00Z')

const store = (change: (repository: CredentialRepository) => Partial<CredentialRepository> = () => ({})) => ({
  open: async () => {
    const memory = createMemoryCredentialRepository({ now: () => clock })
    const repository = { ...memory, ...change(memory) }
    return { handles: [repository, repository, repository] }
  },
  pass: async (milliseconds: number) => {
    clock += milliseconds
  },
})

describe('the repository in memory', () => {
  for (const { name, run } of credentialRepositoryConformance(store())) test(name, run)
})

/** Whose mistakes the kit must find. */
const broken: Record<string, (memory: CredentialRepository) => Partial<CredentialRepository>> = {
  'writes whatever the version is': (memory) => ({
    async save(record) {
      const stored = (await memory.find(record.connectionId)).unwrap()
      return memory.save(record, stored?.version ?? 0)
    },
  }),
  'asks for the version and then writes': (memory) => {
    const versions = new Map<string, number>()
    return {
      async save(record, expected) {
        const version = versions.get(record.connectionId) ?? 0
        await new Promise((resolve) => setTimeout(resolve))
        if (version !== expected) return Err(new StorageError('STORAGE_CONFLICT'))
        const stored = (await memory.find(record.connectionId)).unwrap()
        versions.set(record.connectionId, record.version)
        return memory.save(record, stored?.version ?? 0)
      },
    }
  },
  'tells of no conflict': (memory) => ({
    async save(record, expected) {
      await memory.save(record, expected)
      return Ok(undefined)
    },
  }),
  'counts the version itself': (memory) => ({
    save: (record, expected) => memory.save({ ...record, version: expected + 1 }, expected),
  }),
  'deletes what is forgotten': (memory) => ({
    async find(id) {
      const found = (await memory.find(id)).unwrap()
      return Ok(found?.credentials === null ? null : found)
    },
  }),
  'keeps bytes as text': (memory) => ({
    save: (record, expected) =>
      memory.save(
        record.credentials === null
          ? record
          : {
              ...record,
              credentials: {
                ...record.credentials,
                encryptedData: new TextEncoder().encode(new TextDecoder().decode(record.credentials.encryptedData)),
              },
            },
        expected,
      ),
  }),
  'cuts instants to seconds': (memory) => ({
    save: (record, expected) =>
      memory.save(JSON.parse(JSON.stringify(record).replaceAll('.001Z', '.000Z')) as typeof record, expected),
  }),
  'lists by pages of its own size': (memory) => ({
    listSealedByOthers: (page) => memory.listSealedByOthers({ ...page, limit: page.limit + 1 }),
  }),
  'never moves a key id': (memory) => {
    const keyIds = new Map<string, string>()
    return {
      save(record, expected) {
        const { connectionId, credentials } = record
        if (credentials === null) return memory.save(record, expected)
        if (!keyIds.has(connectionId)) keyIds.set(connectionId, credentials.keyId)
        const keyId = keyIds.get(connectionId) as string
        return memory.save({ ...record, credentials: { ...credentials, keyId } }, expected)
      },
    }
  },
  'takes no notice of capitals': (memory) => ({
    find: (id) => memory.find(id.toLowerCase()),
    save: (record, expected) => memory.save({ ...record, connectionId: record.connectionId.toLowerCase() }, expected),
  }),
  'cuts ids': (memory) => ({
    find: (id) => memory.find(id.slice(0, 190)),
    save: (record, expected) => memory.save({ ...record, connectionId: record.connectionId.slice(0, 190) }, expected),
  }),
  'lists from the start each time': (memory) => ({
    listSealedByOthers: (page) => memory.listSealedByOthers({ ...page, after: null }),
  }),
  'always conflicts': () => ({ save: async () => Err(new StorageError('STORAGE_CONFLICT')) }),
  'lists everything': (memory) => ({
    listSealedByOthers: (page) => memory.listSealedByOthers({ ...page, keyId: '' }),
  }),
  'lists by offset': (memory) => {
    let seen = 0
    return {
      async listSealedByOthers({ keyId, after, limit }) {
        if (after === null) seen = 0
        const all = (await memory.listSealedByOthers({ keyId, after: null, limit: 1_000 })).unwrap()
        const page = all.slice(seen, seen + limit)
        seen += page.length
        return Ok(page)
      },
    }
  },
  'counts what is forgotten': (memory) => ({
    countSealedBy: async (keyId) => memory.countSealedBy(keyId).then((count) => count.map((number) => number + 1)),
  }),
  'gives a lease to whoever asks': (memory) => ({
    async takeLease(request) {
      const taken = (await memory.takeLease(request)).unwrap()
      const { owner } = request
      if (taken !== null) return Ok(taken)
      const found = (await memory.find(request.connectionId)).unwrap()
      return Ok(found && { ...found, lease: { owner, until: '2026-01-31T13:00:00.000Z' as Instant } })
    },
  }),
  'never lets a lease end': (memory) => ({
    takeLease: (request) => memory.takeLease({ ...request, milliseconds: 60_000 }),
  }),
  'looks whether a lease is free and then takes it': (memory) => ({
    async takeLease(request) {
      const found = (await memory.find(request.connectionId)).unwrap()
      await new Promise((resolve) => setTimeout(resolve))
      const owner = found?.lease?.owner ?? request.owner
      return (await memory.takeLease({ ...request, owner })).map(
        (taken) => taken && { ...taken, lease: taken.lease && { ...taken.lease, owner: request.owner } },
      )
    },
  }),
  'takes what is told of a refresh by anybody': (memory) => ({
    async saveRefresh(write) {
      const found = (await memory.find(write.connectionId)).unwrap()
      return memory.saveRefresh({ ...write, owner: found?.lease?.owner ?? write.owner })
    },
  }),
  'forgets the state with the lease': (memory) => ({
    saveRefresh: (write) => memory.saveRefresh({ ...write, refresh: write.release ? null : write.refresh }),
    takeLease: async (request) =>
      (await memory.takeLease(request)).map((record) => record && { ...record, refresh: null }),
  }),
  'ends the lease when credentials are sealed anew': (memory) => ({
    async save(record, expected) {
      const found = (await memory.find(record.connectionId)).unwrap()
      const saved = await memory.save(record, expected)
      const owner = found?.lease?.owner
      if (saved.isOk() && owner !== undefined && record.version === expected)
        await memory.saveRefresh({ ...record, owner, refresh: null, release: true })
      return saved
    },
  }),
  'rejects on a conflict': (memory) => ({
    async save(record, expected) {
      const saved = await memory.save(record, expected)
      if (saved.isErr()) throw saved.error
      return saved
    },
  }),
}

test('a repository that is right may give bytes of its own class, and rows with more columns', async () => {
  const rows = store((memory) => ({
    async find(id) {
      const record = (await memory.find(id)).unwrap()
      if (record?.credentials == null) return Ok(record)
      const encryptedData = Buffer.from(record.credentials.encryptedData)
      return Ok(
        Object.assign(Object.create(null), record, { rowId: 1, credentials: { ...record.credentials, encryptedData } }),
      )
    },
  }))
  for (const { run } of credentialRepositoryConformance(rows)) await run()
})

describe('a repository that is wrong fails a case', () => {
  test.each(Object.entries(broken))('%s', async (_, change) => {
    const outcomes = await Promise.allSettled(credentialRepositoryConformance(store(change)).map(({ run }) => run()))
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(failures).not.toEqual([])
    for (const failure of failures) expect(failure).toMatchObject({ code: 'ERR_ASSERTION' })
  })
})
