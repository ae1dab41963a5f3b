import assert from 'node:assert/strict'
import type { FileImportCredentials } from '../credentials.ts'
import { isFileProvider } from '../provider.ts'
import { accountBatchSchema, transactionBatchSchema } from '../schemas.ts'
import { assertUnique, assertValid, settle, succeed } from './assertions.ts'
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
    const { connector, credentials } = start(harness)
    assert(isFileProvider(connector))
    const file = credentials as FileImportCredentials
    const identified = await succeed('identify', () => connector.identify({ ...file, fileName: 'download.bin' }))
    assert(identified !== null, 'identify must know the file of the harness.')
    assert(
      identified.format !== '' && identified.accounts.length > 0,
      'identify must name the format and the accounts.',
    )
  },

  async 'never throws or hangs on a spoiled file, and gives only what is well formed'(harness) {
    const session = start(harness)
    const { connector, credentials } = session
    assert(isFileProvider(connector))
    const provider = requireProvider(session)
    const { fileContent } = credentials as FileImportCredentials
    assert(fileContent instanceof Uint8Array, 'The harness must give the file as a Uint8Array.')
    for (const spoiled of spoiledFiles(fileContent)) {
      const file = connector.parseCredentials({ ...(harness.input() as object), fileContent: spoiled })
      assert(file.isOk(), 'parseCredentials must not look into the file.')
      await settle('identify', () => connector.identify(file.value as FileImportCredentials))
      const accounts = await settle('fetchAccounts', () => provider.fetchAccounts(file.value))
      if (accounts.isErr()) continue
      assertValid(accountBatchSchema, accounts.value, 'The batch of accounts of a spoiled file')
      for (const { providerAccountId } of accounts.value.items) {
        const batch = await succeed('fetchTransactions', () =>
          provider.fetchTransactions(file.value, providerAccountId),
        )
        assertValid(transactionBatchSchema, batch, 'The batch of transactions of a spoiled file')
        assertUnique(
          batch.items.map(({ providerTransactionId }) => providerTransactionId),
          'providerTransactionId',
        )
      }
    }
  },
}
