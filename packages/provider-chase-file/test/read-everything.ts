import {
  type Batch,
  createProvider,
  type FileContent,
  type FileImportCredentials,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderTransactionData,
  type ProviderWarning,
  type RejectedRecord,
  type Result,
  type TransactionBatch,
} from '@finport/core'
import { accountBatchSchema, type DataSchema, holdingBatchSchema, transactionBatchSchema } from '@finport/core/schemas'
import { expect } from 'vitest'
import { chaseFile } from '../src/index.ts'

/** What a file gives through the three fetches, transactions and holdings by account. */
export type Everything = {
  accounts: Batch<ProviderAccountData>
  transactions: Record<string, TransactionBatch>
  holdings: Record<string, Batch<ProviderHoldingData>>
}

export type ReadOptions = { fileName?: string; accountId?: string; includeRawData?: boolean }

const providers = {
  withRawData: createProvider(chaseFile).unwrap(),
  withoutRawData: createProvider(chaseFile, { includeRawData: false }).unwrap(),
}

/** A provider with its defaults. */
export const provider = providers.withRawData

/** A file as credentials; a text is written as UTF-8. */
export function toFile(content: string | FileContent, { fileName = 'download.bin', accountId }: ReadOptions = {}) {
  const fileContent = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return provider.parseCredentials({ type: 'file_import', fileName, fileContent, accountId }).unwrap()
}

export function expectValid<T>(schema: DataSchema<T>, value: unknown): void {
  expect(schema['~standard'].validate(value)).not.toHaveProperty('issues')
}

async function fetchEverything(
  file: FileImportCredentials,
  includeRawData: boolean,
): Promise<Result<Everything, ProviderError>> {
  const { fetchAccounts, fetchTransactions, fetchHoldings } =
    providers[includeRawData ? 'withRawData' : 'withoutRawData']
  const accounts = await fetchAccounts(file)
  if (accounts.isErr()) return accounts
  const everything: Everything = { accounts: accounts.value, transactions: {}, holdings: {} }
  for (const { providerAccountId } of accounts.value.items) {
    everything.transactions[providerAccountId] = (await fetchTransactions(file, providerAccountId)).unwrap()
    everything.holdings[providerAccountId] = (await fetchHoldings(file, providerAccountId)).unwrap()
  }
  return Ok(everything)
}

/** Reads a file through the three fetches, and sees to it that what comes is well formed and that ids are unique in their account. */
export async function readEverything(
  content: string | FileContent,
  options: ReadOptions = {},
): Promise<Result<Everything, ProviderError>> {
  const read = await fetchEverything(toFile(content, options), options.includeRawData ?? true)
  if (read.isErr()) return read
  const { accounts, transactions, holdings } = read.value
  expectValid(accountBatchSchema, accounts)
  for (const batch of Object.values(transactions)) {
    expectValid(transactionBatchSchema, batch)
    const ids = batch.items.map(({ providerTransactionId }) => providerTransactionId)
    expect(new Set(ids).size).toBe(ids.length)
  }
  for (const batch of Object.values(holdings)) expectValid(holdingBatchSchema, batch)
  return read
}

/** What all accounts of a file have, one behind the other. */
export type Records = {
  items: ProviderTransactionData[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  accounts: ProviderAccountData[]
}

export async function readRecords(content: string | FileContent, options: ReadOptions = {}): Promise<Records> {
  const { accounts, transactions } = (await readEverything(content, options)).unwrap()
  const batches = Object.values(transactions)
  return {
    items: batches.flatMap(({ items }) => items),
    rejected: [...accounts.rejected, ...batches.flatMap(({ rejected }) => rejected)],
    warnings: [...accounts.warnings, ...batches.flatMap(({ warnings }) => warnings)],
    accounts: accounts.items,
  }
}

/** The stream of some chunks, as a host gives a file. */
export function streamOf(...chunks: readonly Uint8Array[]): () => AsyncGenerator<Uint8Array> {
  return async function* () {
    yield* chunks
  }
}
