import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { createProvider, type ImportFile, type Json, type ProviderTransactionData } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { addAmount, emptyReading, type Reader } from './reading.ts'

const provider = createProvider(chaseFile).unwrap()

/** Says of which account a file is that does not say it, as a user would. */
async function openFile(path: string): Promise<ImportFile> {
  const file = { fileName: basename(path), fileContent: await readFile(path) }
  const [account] = (await provider.identify(file)).unwrapOr(null)?.accounts ?? []
  if (!path.toLowerCase().endsWith('.csv') || account?.providerAccountId !== null) return file
  const kind = { depository: 'deposit', credit: 'card', investment: 'invest' }[String(account.category)]
  return { ...file, accountId: `${kind}-0000` }
}

/** A REINVEST is one in an index: its purchase is it, its income is made of it. */
function isCounted({ providerType, transactionType }: ProviderTransactionData): boolean {
  return !(providerType === 'REINVEST' && transactionType === 'income')
}

function amountIn(record: Json): unknown {
  const { TRNAMT, Amount } = record as { TRNAMT?: string; Amount?: string }
  return TRNAMT ?? Amount
}

/** Finport, by its public interface. */
export const finport: Reader = async (path) => {
  const reading = emptyReading()
  for await (const page of provider.fetchSnapshot(provider.parseCredentials(await openFile(path)).unwrap())) {
    if (page.isErr()) return { ...reading, problem: page.error.message }
    for (const { amount } of page.value.transactions.filter(isCounted)) {
      reading.rows++
      addAmount(reading, amount)
    }
    for (const { path: place, reason, rawData } of page.value.rejected) {
      reading.rejected.push(`${place}: ${reason}`)
      addAmount(reading, amountIn(rawData))
    }
  }
  return reading
}
