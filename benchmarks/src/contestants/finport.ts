import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { createProvider, type FileContent, type ProviderTransactionData } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { centsOf, type Tally } from '../inputs/tally.ts'
import type { Contestant } from './contestant.ts'
import { openStream } from './open-stream.ts'

const provider = createProvider(chaseFile).unwrap()

function openFile(path: string, fileContent: FileContent) {
  return provider.parseCredentials({ fileName: basename(path), fileContent }).unwrap()
}

function addTo(tally: Tally, transactions: readonly ProviderTransactionData[]): void {
  for (const { providerType, transactionType, amount } of transactions) {
    // A REINVEST is two transactions here, its income and the purchase it is made of, and one in the file.
    if (transactionType === 'income' && providerType === 'REINVEST') continue
    tally.rows++
    tally.cents += centsOf(amount)
  }
}

async function tallyPages(file: ReturnType<typeof openFile>): Promise<Tally> {
  const tally = { rows: 0, cents: 0 }
  for await (const page of provider.fetchSnapshot(file)) addTo(tally, page.unwrap().transactions)
  return tally
}

/** Page by page, from a file stream. */
export const streamed: Contestant = async (path) => {
  const file = openFile(path, () => openStream(path))
  return () => tallyPages(file)
}

/** Page by page, from bytes in memory. */
export const ofBytes: Contestant = async (path) => {
  const file = openFile(path, await readFile(path))
  return () => tallyPages(file)
}

/** Every transaction in one array, from a file stream. */
export const collected: Contestant = async (path) => {
  const file = openFile(path, () => openStream(path))
  return async () => {
    const tally = { rows: 0, cents: 0 }
    for (const { providerAccountId } of (await provider.fetchAccounts(file)).unwrap().items)
      addTo(tally, (await provider.fetchTransactions(file, providerAccountId)).unwrap().items)
    return tally
  }
}
