import { Buffer } from 'node:buffer'
import { Err, type FileContent } from '@finport/core'
import { type ContentChunk, readChunks } from '../content.ts'
import type { FileReader } from '../file-reader.ts'
import { parseVersion } from './header.ts'
import type { ScannerLimits } from './scanner.ts'
import type { Security } from './security.ts'
import { createSecurityList } from './security-list.ts'
import { createStatementReader, type FoundRows, type StatementOptions } from './statement.ts'

const HEAD_BYTES = 4_096
const NOT_REOPENED =
  'The stream gave another file when it was opened again: fileContent must start at the first byte each time it is called.'
const NOTHING: ContentChunk = { size: 0, bytes: Buffer.alloc(0), isPlain: true }

/** How to read a file. */
export type OfxOptions = {
  readonly includeRawData: boolean
  readonly limits: ScannerLimits
  readonly accountId: string | undefined
  readonly signal: AbortSignal | undefined
  /** How much of the file is read at most. */
  readonly fileBytes: number
}

/**
 * Reads an OFX file of either dialect in flat memory. Two things stand behind what needs them, so the file is opened again for them: the security list that investments refer to, and rows that
 * later ones correct.
 */
export function createOfxReader(content: FileContent, options: OfxOptions): FileReader {
  let head = ''
  let bytesRead = 0
  /** How long the file was each time it was opened again. */
  const lengths: (number | null)[] = []
  let securities: ReadonlyMap<string, Security> | null = null
  const statementOptions: StatementOptions = {
    ...options,
    securities: () => securities,
  }
  const reader = createStatementReader(statementOptions)

  /** Opens the file once more. Returns how long it was, or `null` when it was not read to its end. */
  const readAgain = async (onChunk: (chunk: ContentChunk) => boolean): Promise<number | null> => {
    let bytes = 0
    for await (const chunk of readChunks(content, options.signal)) {
      bytes += chunk.size
      if (bytes > options.fileBytes || !onChunk(chunk)) return null
    }
    return bytes
  }

  const readSecurities = async () => {
    const list = createSecurityList(options.limits)
    lengths.push(await readAgain(list.write))
    securities = list.securities
  }

  const readCorrected = async (wanted: ReadonlySet<string>): Promise<FoundRows> => {
    if (wanted.size === 0) return new Map()
    const again = createStatementReader({ ...statementOptions, wanted })
    const length = await readAgain((chunk) => {
      again.take(0)
      return again.write(chunk) === null
    })
    lengths.push(length)
    return again.found()
  }

  return {
    ...reader,
    async write(chunk) {
      bytesRead += chunk.size
      if (head.length < HEAD_BYTES) head += chunk.bytes.toString('latin1', 0, HEAD_BYTES - head.length)
      const issue = reader.write(chunk)
      if (!reader.isPaused() || issue !== null) return issue
      await readSecurities()
      return reader.write(NOTHING)
    },
    async end() {
      const corrected = await readCorrected(reader.wanted())
      const other = lengths.find((length) => length !== null && length !== bytesRead)
      if (other !== undefined)
        return Err({ path: 'fileContent', offset: Math.min(other ?? 0, bytesRead), reason: NOT_REOPENED })
      return reader.end(corrected)
    },
    summary() {
      const version = parseVersion(head)
      const { format, accounts } = reader.summary()
      return { format: version === null ? format : `${format} ${version}`, accounts }
    },
  }
}
