import { type FileIdentification, type ImportFile, Ok, type Result } from '@finport/core'
import type { FileSummary } from './file-reader.ts'
import { UNKNOWN_ACCOUNT } from './ofx/raw-data.ts'
import { type FileProblem, type ReadOptions, readFile } from './read-file.ts'

/** What a file is, by its content; `null` for one that is no statement file. */
export async function identify(
  file: ImportFile,
  options: Pick<ReadOptions, 'limits' | 'signal'>,
): Promise<Result<FileIdentification | null, FileProblem>> {
  const pages = readFile(file, { ...options, includeRawData: false, isIdentifying: true })
  let next = await pages.next()
  for (; !next.done; next = await pages.next()) {
    if (next.value.isErr()) return next.value.error.kind === 'foreign' ? Ok(null) : next.value
  }
  return Ok(next.value === null ? null : toIdentification(next.value))
}

function toIdentification({ format, accounts }: FileSummary): FileIdentification {
  return {
    format,
    accounts: accounts.map(({ account, period }) => ({
      providerAccountId: account.providerAccountId.endsWith(UNKNOWN_ACCOUNT) ? null : account.providerAccountId,
      accountNumberMasked: account.providerAccountId.endsWith(UNKNOWN_ACCOUNT) ? null : account.accountNumberMasked,
      category: account.category,
      accountType: account.accountType,
      period,
    })),
  }
}
