import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { FileImportCredentials } from '../credentials.ts'
import type { ProviderError } from '../errors/provider-error.ts'
import { isFileProvider, isSnapshotProvider } from '../provider.ts'
import type { Result } from '../result.ts'
import { accountBatchSchema, holdingBatchSchema, transactionBatchSchema } from '../schemas.ts'
import {
  assertNoSecret,
  assertPlain,
  assertUnique,
  assertValid,
  settle,
  settleAll,
  settleNow,
  succeed,
  toValue,
} from './assertions.ts'
import { type CasesByName, requireProvider, start } from './harness.ts'

/** Numbers from 0 to 1, the same ones each time (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Random bytes, and the good file with some of its bytes changed, cut out or repeated. */
function* spoiledFiles(good: Uint8Array): Generator<Uint8Array> {
  const random = seededRandom(20_261_120)
  const below = (limit: number) => Math.floor(random() * limit)
  for (const length of [0, 1, 2, 3, 10, 1_000, 20_000]) yield Uint8Array.from({ length }, () => below(256))
  for (let round = 0; round < 60; round++) {
    const from = below(good.length)
    const to = from + below(200)
    const spoiled = good.slice()
    for (let change = 0; change < 5; change++) spoiled[below(spoiled.length)] = below(256)
    yield spoiled
    yield Uint8Array.from([...good.subarray(0, from), ...good.subarray(to)])
    yield Uint8Array.from([...good.subarray(0, to), ...good.subarray(from)])
    yield good.slice(0, from)
  }
}

/** What a provider does whose users connect by a downloaded file. */
export const fileCases: CasesByName = {
  async 'tells what the file is by its content, whatever its name'(harness) {
    const session = start(harness)
    const { connector, credentials } = session
    assert(isFileProvider(connector))
    const provider = requireProvider(session)
    const file = credentials as FileImportCredentials
    const bytes = requireBytes(file)
    const identify = (what: string, changes: Partial<FileImportCredentials>) =>
      settle(what, () => connector.identify({ ...file, ...changes }))

    const identified = toValue('identify', await identify('identify', { fileName: 'download.bin' }))
    assert(identified !== null, 'identify must know the file of the harness.')
    assert(
      typeof identified?.format === 'string' && identified.format !== '' && (identified.accounts?.length ?? 0) > 0,
      'identify must name the format and the accounts.',
    )
    assertPlain(identified, 'What identify gives')
    const named = toValue('identify', await identify('identify', {}))
    assert(isDeepStrictEqual(named, identified), 'identify must not go by the name of the file.')

    const accountIds = async (changes: Partial<FileImportCredentials>) => {
      const batch = await succeed('fetchAccounts', () => provider.fetchAccounts({ ...file, ...changes }))
      return new Set(batch.items.map(({ providerAccountId }) => providerAccountId))
    }
    const ids = await accountIds({})
    assert(
      identified.accounts.every(({ providerAccountId: id }) => id === null || ids.has(id)),
      'identify names other accounts than fetchAccounts gives.',
    )

    const stream = { fileContent: () => inChunks(bytes) }
    const streamed = await identify('identify of a stream', stream)
    assert(
      streamed.isOk() && isDeepStrictEqual(streamed.value, identified),
      'identify gives something else for a stream than for the same bytes.',
    )
    const read = await settle('fetchAccounts of a stream', () => provider.fetchAccounts({ ...file, ...stream }))
    assert(
      read.isOk() && isDeepStrictEqual(new Set(read.value.items.map((one) => one.providerAccountId)), ids),
      'fetchAccounts gives something else for a stream than for the same bytes.',
    )

    for (const fileContent of [new Uint8Array(), Uint8Array.from({ length: 500 }, (_, at) => (at * 151) % 256)]) {
      const foreign = await identify('identify of a foreign file', { fileContent })
      assert(foreign.isErr() || foreign.value === null, 'identify must be null for a file that is none of its own.')
    }
  },

  async 'never throws or hangs on a spoiled file, and gives only what is well formed'(harness) {
    const session = start(harness)
    const { connector, heard } = session
    assert(isFileProvider(connector))
    const provider = requireProvider(session)
    // Only errors and logs are searched: where a field's name is spoiled, its value is no longer known for a secret.
    const keep = <T>(result: Result<T, ProviderError>) => {
      if (result.isErr()) heard.push(result.error)
      return result
    }
    for (const fileContent of spoiledFiles(requireBytes(session.credentials as FileImportCredentials))) {
      const input = { ...(harness.input() as object), fileContent }
      const parsed = settleNow('parseCredentials', () => connector.parseCredentials(input))
      assert(parsed.isOk(), 'parseCredentials must not look into the file.')
      const file = parsed.value as FileImportCredentials
      keep(await settle('identify', () => connector.identify(file)))
      if (isSnapshotProvider(connector)) await settleAll('fetchSnapshot', () => connector.fetchSnapshot(file))
      const accounts = keep(await settle('fetchAccounts', () => provider.fetchAccounts(file)))
      if (accounts.isErr()) continue
      assertValid(accountBatchSchema, accounts.value, 'The batch of accounts of a spoiled file')
      const ids = accounts.value.items.map(({ providerAccountId }) => providerAccountId)
      assertUnique(ids, 'providerAccountId')
      for (const id of ids) {
        const transactions = keep(await settle('fetchTransactions', () => provider.fetchTransactions(file, id)))
        const rows = toValue('fetchTransactions', transactions)
        assertValid(transactionBatchSchema, rows, 'The batch of transactions of a spoiled file')
        assertUnique(
          rows.items.map(({ providerTransactionId }) => providerTransactionId),
          'providerTransactionId',
        )
        const holdings = keep(await settle('fetchHoldings', () => provider.fetchHoldings(file, id)))
        const held = toValue('fetchHoldings', holdings)
        assertValid(holdingBatchSchema, held, 'The batch of holdings of a spoiled file')
        assertUnique(
          held.items.map(({ providerHoldingId }) => providerHoldingId),
          'providerHoldingId',
        )
        assert(
          [...rows.items, ...held.items].every(({ providerAccountId }) => providerAccountId === id),
          'A row of a spoiled file is of another account than asked for.',
        )
      }
    }
    assertNoSecret(heard, harness.secrets)
  },
}

function requireBytes({ fileContent }: FileImportCredentials): Uint8Array {
  assert(fileContent instanceof Uint8Array, 'The harness must give the file as a Uint8Array.')
  return fileContent
}

async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7)
}
