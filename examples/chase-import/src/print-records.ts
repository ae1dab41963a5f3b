import { Ok, type ProviderAccountData, type ProviderError, type Result } from '@finport/core'
import { importFile, type StatementProvider } from './import-file.ts'
import { print } from './print.ts'
import { showProgress } from './progress.ts'
import type { StatementFile } from './statement-file.ts'

/** Imports a file and prints one JSON object per line, page by page. Returns how many rows were rejected. */
export async function printRecords(
  provider: StatementProvider,
  statementFile: StatementFile,
  name: string,
): Promise<Result<number, ProviderError>> {
  const toLines = (kind: 'account' | 'transaction' | 'rejected' | 'warning', items: Iterable<object>) =>
    Array.from(items, (item) => `${JSON.stringify({ kind, file: name, ...item })}\n`).join('')

  const { file, end } = showProgress(statementFile, 1)
  // An account comes again when more is known of it, so accounts are printed at the end, as they were told last.
  const accounts = new Map<string, ProviderAccountData>()
  let rejected = 0
  const imported = await importFile(provider, file, async (page) => {
    for (const account of page.accounts) accounts.set(account.providerAccountId, account)
    rejected += page.rejected.length
    await print(
      toLines('transaction', page.transactions) +
        toLines('rejected', page.rejected) +
        toLines('warning', page.warnings),
    )
  })
  end()
  if (imported.isErr()) return imported
  await print(toLines('account', accounts.values()))
  return Ok(rejected)
}
