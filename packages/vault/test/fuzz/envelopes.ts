import { inspect } from 'node:util'
import {
  type CredentialRecord,
  type CredentialRef,
  createMemoryCredentialRepository,
  type StorableCredentials,
} from '@finport/core'
import fc from 'fast-check'
import { createVault, generateSealedBoxKeys, type KeyringKey, sealedBox } from '../../src/index.ts'
import { nodeCipher } from '../../src/node-cipher.ts'
import { connectorOf, keyOf, keyringOf, ref, reveal, secretKey } from '../fixtures.ts'

const CANARY = 'canary-22c0'

type Sealed = { by: CredentialRef; record: CredentialRecord; bytes: Uint8Array; value: StorableCredentials }

const keys: KeyringKey[] = [
  secretKey('k1'),
  { id: 'key-2', key: keyOf(2) },
  { id: 'box', sealedBox: sealedBox(generateSealedBoxKeys()).unwrap() },
]
const owners: CredentialRef[] = [
  ref,
  { ...ref, connectionId: 'connection-2' },
  { ...ref, userId: 'user-2', connectionId: 'connection-3' },
]

/** Each owner's credentials, sealed with each key. */
async function sealAll(): Promise<Sealed[]> {
  const sealed: Sealed[] = []
  for (const key of keys) {
    for (const by of owners) {
      const credentials = createMemoryCredentialRepository()
      const vault = createVault({ keyring: keyringOf(key), credentials, cipher: nodeCipher })
      const value = {
        type: 'api_key',
        apiKey: `${CANARY}-${key.id}`,
        apiSecret: by.connectionId,
      } as StorableCredentials
      ;(await vault.put(by, value)).unwrap()
      const record = (await credentials.find(by.connectionId)).unwrap() as CredentialRecord
      sealed.push({ by, record, bytes: record.credentials?.encryptedData as Uint8Array, value })
    }
  }
  return sealed
}

const HEAD = 16
/** A place among the first bytes, which say what follows, as often as anywhere. */
const place = fc.oneof(fc.nat({ max: HEAD }), fc.nat())
const change = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('write' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat({ max: 40 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({ kind: fc.constant('splice' as const), at: place, other: fc.nat() }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function apply(bytes: Uint8Array, one: Change, others: readonly Sealed[]): Uint8Array {
  const at = one.at % (bytes.length + 1)
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (one.kind) {
    case 'flip':
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << one.bit) : byte))
    case 'write':
      return Uint8Array.of(...before, ...one.bytes, ...behind.subarray(one.bytes.length))
    case 'insert':
      return Uint8Array.of(...before, ...one.bytes, ...behind)
    case 'remove':
      return Uint8Array.of(...before, ...behind.subarray(one.length))
    case 'cut':
      return before.slice()
    case 'splice':
      return Uint8Array.of(...before, ...(others[one.other % others.length]?.bytes.subarray(at) ?? []))
  }
}

const isEqual = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, index) => byte === b[index])

/** What is stored, broken in any place or put in another's: it opens only as it was sealed, for whom it was sealed. */
export async function createEnvelopeFuzz() {
  const sealed = await sealAll()
  const tally: Record<string, number> = {}
  const property = fc.asyncProperty(
    fc.nat(),
    fc.nat(),
    fc.array(change, { maxLength: 4 }),
    async (from, to, changes) => {
      const source = sealed[from % sealed.length] as Sealed
      const { by, record } = sealed[to % sealed.length] as Sealed
      const bytes = changes.reduce((changed, one) => apply(changed, one, sealed), source.bytes)
      const credentials = createMemoryCredentialRepository()
      const stored = { ...record.credentials, encryptedData: bytes } as CredentialRecord['credentials']
      ;(await credentials.save({ ...record, credentials: stored }, 0)).unwrap()
      const vault = createVault({ keyring: keyringOf(...keys), credentials, cipher: nodeCipher })
      const opened = await vault.use(by, connectorOf('api_key'), reveal)

      const original = sealed.find((one) => one.by === by && isEqual(one.bytes, bytes))
      const outcome = opened.isOk()
        ? 'opened'
        : 'reason' in opened.error
          ? String(opened.error.reason)
          : opened.error.code
      tally[outcome] = (tally[outcome] ?? 0) + 1
      if (opened.isOk()) {
        if (JSON.stringify(opened.value) !== JSON.stringify(original?.value))
          throw new Error('It opens what was changed.')
        return
      }
      if (original !== undefined) throw new Error(`It does not open what was sealed: ${outcome}`)
      if (opened.error.code !== 'DECRYPTION_FAILED') throw new Error(`It is ${opened.error.code}.`)
      if (inspect(opened.error, { depth: 9, showHidden: true }).includes(CANARY)) throw new Error('It shows a secret.')
    },
  )
  return { property, tally }
}
