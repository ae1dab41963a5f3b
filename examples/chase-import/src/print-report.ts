import { Ok, type ProviderError, type Result } from '@finport/core'
import { importFile, type StatementProvider } from './import-file.ts'
import { print } from './print.ts'
import { showProgress } from './progress.ts'
import { renderReport } from './report.ts'
import type { StatementFile } from './statement-file.ts'
import { addPage, createSummary } from './summary.ts'

/** Imports a file and prints what people want to see of it. Returns how many rows were rejected. */
export async function printReport(
  provider: StatementProvider,
  statementFile: StatementFile,
  name: string,
): Promise<Result<number, ProviderError>> {
  // The file is read twice: for what is in it, and to identify it.
  const { file, end } = showProgress(statementFile, 2)
  const summary = createSummary()
  const imported = await importFile(provider, file, (page) => addPage(summary, page))
  const identification = imported.isOk() ? await provider.identify(file) : imported
  end()
  if (identification.isErr()) return identification
  await print(renderReport(name, identification.value ?? null, summary, terminalWidth()))
  return Ok(summary.rejected.count)
}

function terminalWidth(): number {
  return process.stdout.columns ?? (Number(process.env.COLUMNS) || 100)
}
