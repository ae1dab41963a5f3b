import { Err, type ImportFile, type InputIssue, Ok, type Result, type SnapshotPage } from '@finport/core'
import { ContentError, readChunks } from './content.ts'
import { createCsvReader, sniffLayout } from './csv/reader.ts'
import type { FileReader, FileSummary } from './file-reader.ts'
import { describeForeignFile, describeSignature } from './foreign-file.ts'
import { createOfxReader } from './ofx/reader.ts'

/** With larger pages V8 takes their records for long-lived and keeps them out of its young generation: then a file takes half as much memory again. */
const ROWS_PER_PAGE = 100
const HEAD_BYTES = 4_096
/** Within this much of a file something of its format must come. Chunks end anywhere, so that twice as much is read before it is given up. */
const SEARCHED_BYTES = 64 * 1024

const WHAT_IS_NEEDED =
  'A QFX, QBO, OFX or Chase CSV file is needed: at chase.com, choose the file type "Quicken Web Connect (QFX)" or "Spreadsheet (CSV)" when downloading account activity.'

/** Why a file gives nothing: it is no statement file at all, it is one but broken, or the caller's signal ended the reading. */
export type FileProblem =
  | { readonly kind: 'foreign' | 'broken'; readonly issue: InputIssue }
  | { readonly kind: 'aborted' }

/** Bounds of a file. */
type FileLimits = {
  readonly fileBytes: number
  readonly records: number
  readonly nesting: number
  readonly valueBytes: number
}

/** How to read a file. */
export type ReadOptions = {
  readonly includeRawData: boolean
  readonly limits: FileLimits
  readonly signal: AbortSignal | undefined
  /** Whether only what the file is matters, so that its account may be unknown. */
  readonly isIdentifying: boolean
}

/**
 * Reads a file in pages of a hundred rows or more. A problem is the last thing it yields.
 *
 * @returns after the last page, what the file was.
 */
export async function* readFile(
  file: ImportFile,
  options: ReadOptions,
): AsyncGenerator<Result<SnapshotPage, FileProblem>, FileSummary | null> {
  const { limits, signal } = options
  let reader: FileReader | null = null
  let head = ''
  let offset = 0
  try {
    for await (const chunk of readChunks(file.fileContent, signal)) {
      if (signal?.aborted) return yield* end({ kind: 'aborted' })
      if (head.length < HEAD_BYTES) head += chunk.bytes.toString('latin1', 0, HEAD_BYTES - head.length)
      const signature = describeSignature(head)
      if (signature !== null) return yield* end(foreign(signature))
      reader ??= createReader(head, file, options)
      const issue = await reader.write(chunk)
      if (issue !== null) return yield* end({ kind: 'broken', issue })
      offset += chunk.size
      if (isForeign(reader, offset)) return yield* end(foreign(describeForeignFile(head)))
      if (offset > limits.fileBytes) return yield* end(tooMuch(offset, `more than ${limits.fileBytes} bytes`))
      if (reader.rowCount() > limits.records) return yield* end(tooMuch(offset, `more than ${limits.records} records`))
      const page = reader.take(ROWS_PER_PAGE)
      if (page !== null) yield Ok(page)
    }
    const rest = await reader?.end()
    if (reader === null || rest === undefined || isForeign(reader, Number.POSITIVE_INFINITY))
      return yield* end(foreign(describeForeignFile(head)))
    if (rest.isErr()) return yield* end({ kind: 'broken', issue: rest.error })
    yield Ok(rest.value)
    return reader.summary()
  } catch (thrown) {
    if (signal?.aborted) return yield* end({ kind: 'aborted' })
    return yield* end({ kind: 'broken', issue: { path: 'fileContent', offset, reason: describeFailure(thrown) } })
  }
}

function isForeign(reader: FileReader, bytesRead: number): boolean {
  const at = reader.recognisedAt()
  return at === null ? bytesRead > 2 * SEARCHED_BYTES : at > SEARCHED_BYTES
}

/** What a host's stream threw may name paths or hold content: only our own words and a system's code are kept. */
function describeFailure(thrown: unknown): string {
  if (thrown instanceof ContentError) return thrown.message
  const { code } = (thrown ?? {}) as { code?: unknown }
  const systemCode = typeof code === 'string' && /^[A-Z][A-Z_]{2,30}$/.test(code) ? ` (${code})` : ''
  return `Reading the file failed here${systemCode}.`
}

function createReader(
  head: string,
  file: ImportFile,
  { includeRawData, limits, isIdentifying, signal }: ReadOptions,
): FileReader {
  const { accountId, fileName, fileContent } = file
  const layout = sniffLayout(head)
  if (layout !== null) return createCsvReader({ layout, fileName, accountId, includeRawData, isIdentifying })
  const scannerLimits = { depth: limits.nesting, valueLength: limits.valueBytes }
  return createOfxReader(fileContent, {
    includeRawData,
    limits: scannerLimits,
    accountId,
    signal,
    fileBytes: limits.fileBytes,
  })
}

function* end(problem: FileProblem): Generator<Result<SnapshotPage, FileProblem>, null> {
  yield Err(problem)
  return null
}

function foreign(what: string): FileProblem {
  return { kind: 'foreign', issue: { path: 'fileContent', offset: 0, reason: `${what} ${WHAT_IS_NEEDED}` } }
}

function tooMuch(offset: number, what: string): FileProblem {
  const reason = `The file has ${what}. Download a shorter period, or raise the limit in the provider's settings.`
  return { kind: 'broken', issue: { path: 'fileContent', offset, reason } }
}
