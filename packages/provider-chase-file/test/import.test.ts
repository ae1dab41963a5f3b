import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type CredentialVault,
  createFinport,
  createMemoryRepositories,
  createRegistry,
  type ImportFile,
  type Transaction,
} from '@finport/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chaseFile } from '../src/index.ts'
import {
  type AccountKind,
  download,
  type Format,
  type HistoryRow,
  histories,
  historiesWithTwins,
} from './arbitrary-history.ts'

const userId = 'user-1'

/** Files need none: whatever is asked of it throws. */
const noVault = {} as CredentialVault

function open() {
  const repositories = createMemoryRepositories()
  const finport = createFinport({ providers: createRegistry().register(chaseFile), vault: noVault, repositories })
  const rows = async () => {
    const query = { userId, includeRemoved: true, after: null, limit: 1_000 }
    return (await repositories.transactions.list(query)).unwrap()
  }
  const accounts = async () => (await repositories.accounts.listByUser(userId)).unwrap()
  return { finport, repositories, rows, accounts }
}

function fileOf(kind: AccountKind, format: Format, rows: readonly HistoryRow[]): ImportFile {
  const { content, fileName } = download(kind, format, rows)
  return { fileName, fileContent: new TextEncoder().encode(content) }
}

/** What a reader sees of a row. */
const seen = ({ providerTransactionId, description, transactionType, subtype, rail, authorizedDate }: Transaction) => ({
  providerTransactionId,
  description,
  transactionType,
  subtype,
  rail,
  authorizedDate,
})

const bySeen = (rows: readonly Transaction[]) =>
  rows.map(seen).sort((a, b) => (a.providerTransactionId < b.providerTransactionId ? -1 : 1))

const kinds = ['deposit', 'card'] as const
const someHistories = fc.oneof(histories, historiesWithTwins)

describe.each(kinds)('files of a %s account', (kind) => {
  test('of the same days: the QFX brings the rows, the CSV improves them, and neither order adds one or loses anything', async () => {
    await fc.assert(
      fc.asyncProperty(
        someHistories,
        fc.shuffledSubarray<Format>(['qfx', 'csv', 'xml'], { minLength: 2 }),
        async (history, formats) => {
          const { finport, rows } = open()
          const best = open()
          ;(await best.finport.importFile({ userId, file: fileOf(kind, 'csv', history) })).unwrap()
          for (const [index, format] of formats.entries()) {
            const report = (await finport.importFile({ userId, file: fileOf(kind, format, history) })).unwrap()
            expect(report.provider).toBe('chase-file')
            for (const account of report.accounts)
              expect(account).toMatchObject({
                outcome: 'complete',
                removed: 0,
                added: index === 0 ? history.length : 0,
              })
          }
          expect(await rows()).toHaveLength(history.length)
          if (formats.includes('csv')) expect(bySeen(await rows())).toEqual(bySeen(await best.rows()))
        },
      ),
      { numRuns: 8 },
    )
  })

  test('again write nothing', async () => {
    await fc.assert(
      fc.asyncProperty(someHistories, fc.constantFrom<Format>('qfx', 'csv'), async (history, format) => {
        const { finport, rows, accounts } = open()
        const file = fileOf(kind, format, history)
        const rehearsed = await finport.importFile({ userId, file, dryRun: true })
        expect([await rows(), await accounts()]).toEqual([[], []])
        const first = await finport.importFile({ userId, file })
        expect(rehearsed.unwrap().accounts.map(({ added }) => added)).toEqual(
          first.unwrap().accounts.map(({ added }) => added),
        )
        const before = [await rows(), await accounts()]
        await finport.importFile({ userId, file })
        expect([await rows(), await accounts()]).toEqual(before)
      }),
      { numRuns: 5 },
    )
  })
})

test('a balance comes from the file that has one, and stays when another has none', async () => {
  const { finport, accounts } = open()
  const fixture = async (path: string): Promise<ImportFile> => ({
    fileName: basename(path),
    fileContent: await readFile(new URL(`fixtures/${path}`, import.meta.url)),
  })
  await finport.importFile({ userId, file: await fixture('ofx/chase-card.qfx') })
  const [before] = await accounts()
  expect(before).toMatchObject({ providerAccountId: 'card-3391', balance: '-418.63' })
  await finport.importFile({ userId, file: await fixture('csv/Chase3391_Activity20260101_20260131_20260202.CSV') })
  const after = await accounts()
  expect(after).toMatchObject([{ id: before?.id, balance: before?.balance, balanceAsOf: before?.balanceAsOf }])
})

test('what is no statement is refused with what to download instead, and leaves no connection', async () => {
  const { finport } = open()
  const file = { fileName: 'page.html', fileContent: new TextEncoder().encode('<html></html>') }
  for (const provider of ['chase-file', undefined] as const) {
    const refused = await finport.importFile({ userId, file, provider })
    expect(refused.isErr() && refused.error.code).toBe('PROVIDER_INVALID_INPUT')
  }
  expect((await finport.connections.list({ userId })).unwrap()).toEqual([])
})
