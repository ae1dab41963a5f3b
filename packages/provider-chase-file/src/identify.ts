import { type FileIdentification, type ImportFile, Ok, type Result } from '@finport/core'
import { type FileProblem, type FileSummary, readFile } from './read-file.ts'

/** What a file is, by its content; `null` for one that is no statement file. */
export async function identify(
  file: ImportFile,
  signal: AbortSignal | undefined,
): Promise<Result<FileIdentification | null, FileProblem>> {
  const pages = readFile(file, { includeRawData: false, signal })
  let next = await pages.next()
  for (; !next.done; next = await pages.next()) {
    if (next.value.isErr()) return next.value.error.kind === 'foreign' ? Ok(null) : next.value
  }
  return Ok(next.value === null ? null : toIdentification(next.value))
}

function toIdentification({ flavour, version, accounts }: FileSummary): FileIdentification {
  return {
    format: version === null ? flavour : `${flavour} ${version}`,
    accounts: accounts.map(({ account, period }) => ({
      providerAccountId: account.providerAccountId,
      accountNumberMasked: account.accountNumberMasked,
      category: account.category,
      accountType: account.accountType,
      period,
    })),
  }
}
