import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createProvider, type ProviderTransactionData } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import papaparse from 'papaparse'
import { createRowMapper } from './contestants/checking-row-mapper.ts'

/** Finport's ids have another hash of the text. */
function withoutHash(transaction: ProviderTransactionData): ProviderTransactionData {
  return {
    ...transaction,
    providerTransactionId: transaction.providerTransactionId.replace(/_[^_]+(?=_\d+$)/, ''),
  }
}

/**
 * Makes sure that behind papaparse the same work is done as in Finport: that both make the same records of a file.
 *
 * @throws when they do not.
 */
export async function assertMapperAgrees(path: string): Promise<void> {
  const file = { fileName: basename(path), fileContent: () => createReadStream(path) }
  const provider = createProvider(chaseFile).unwrap()
  const credentials = provider.parseCredentials(file).unwrap()
  const { data } = papaparse.parse<string[]>(await readFile(path, 'utf8'), { skipEmptyLines: true })
  let mapper: ReturnType<typeof createRowMapper> | null = null
  let row = 1
  for await (const page of provider.fetchSnapshot(credentials)) {
    for (const transaction of page.unwrap().transactions) {
      mapper ??= createRowMapper(transaction.providerAccountId)
      const mapped = mapper(data[row] ?? [])
      if (!isDeepStrictEqual(withoutHash(transaction), withoutHash(mapped)))
        throw new Error(
          `Row ${row} is ${JSON.stringify(transaction)} to Finport and ${JSON.stringify(mapped)} to the mapper.`,
        )
      row++
    }
  }
}
