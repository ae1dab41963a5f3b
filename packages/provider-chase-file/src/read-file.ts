import { Err, type ImportFile, type InputIssue, Ok, type Result, type SnapshotPage } from '@finport/core'
import { readChunks } from './content.ts'
import { describeForeignFile, describeSignature } from './foreign-file.ts'
import { parseVersion } from './ofx/header.ts'
import { createStatementReader, type StatementSummary } from './ofx/statement.ts'

const ROWS_PER_PAGE = 1_000
const HEAD_BYTES = 4_096
/** Within this much of a file something of OFX must have come. */
const SEARCHED_BYTES = 64 * 1024
const LIMITS = { depth: 100, valueLength: 1024 * 1024 }

const WHAT_IS_NEEDED =
  'A QFX, QBO or OFX file is needed: at chase.com, choose the file type "Quicken Web Connect (QFX)" when downloading account activity.'

/** What a whole file was: its statements and the version its header declares. */
export type FileSummary = StatementSummary & { readonly version: string | null }

/** Why a file gives nothing: it is no statement file at all, it is one but broken, or the caller's signal ended the reading. */
export type FileProblem =
  | { readonly kind: 'foreign' | 'broken'; readonly issue: InputIssue }
  | { readonly kind: 'aborted' }

/** How to read a file. */
export type ReadOptions = { readonly includeRawData: boolean; readonly signal: AbortSignal | undefined }

/**
 * Reads a file in pages of a thousand rows or so. A problem is the last thing it yields.
 *
 * @returns after the last page, what the file was.
 */
export async function* readFile(
  file: ImportFile,
  { includeRawData, signal }: ReadOptions,
): AsyncGenerator<Result<SnapshotPage, FileProblem>, FileSummary | null> {
  const reader = createStatementReader({ includeRawData, accountId: file.accountId, limits: LIMITS })
  let head = ''
  let offset = 0
  try {
    for await (const { bytes, binary } of readChunks(file.fileContent)) {
      if (signal?.aborted) return yield* end({ kind: 'aborted' })
      if (head.length < HEAD_BYTES) head = (head + binary).slice(0, HEAD_BYTES)
      offset += bytes.length
      const signature = describeSignature(head)
      if (signature !== null) return yield* end(foreign(signature))
      const issue = reader.write(binary)
      if (issue !== null) return yield* end({ kind: 'broken', issue })
      if (!reader.hasOfx() && offset > SEARCHED_BYTES) return yield* end(foreign(describeForeignFile(head)))
      const page = reader.take(ROWS_PER_PAGE)
      if (page !== null) yield Ok(page)
    }
  } catch {
    // What the host's stream threw may name paths or hold content, so it is not kept.
    return yield* end({
      kind: 'broken',
      issue: { path: 'fileContent', offset, reason: 'Reading the file failed here.' },
    })
  }
  const rest = reader.end()
  if (!reader.hasOfx()) return yield* end(foreign(describeForeignFile(head)))
  if (rest.isErr()) return yield* end({ kind: 'broken', issue: rest.error })
  yield Ok(rest.value)
  return { ...reader.summary(), version: parseVersion(head) }
}

function* end(problem: FileProblem): Generator<Result<SnapshotPage, FileProblem>, null> {
  yield Err(problem)
  return null
}

function foreign(what: string): FileProblem {
  return { kind: 'foreign', issue: { path: 'fileContent', offset: 0, reason: `${what} ${WHAT_IS_NEEDED}` } }
}
