import type { FileContent } from '@finport/core'
import { type ContentChunk, readChunks } from '../content.ts'
import type { FileReader } from '../file-reader.ts'
import { parseVersion } from './header.ts'
import type { ScannerLimits } from './scanner.ts'
import type { Security } from './security.ts'
import { readSecurities } from './security-list.ts'
import { createStatementReader, type FoundRows, type StatementOptions } from './statement.ts'

const HEAD_BYTES = 4_096
const NOTHING: ContentChunk = { bytes: new Uint8Array(), binary: '', isPlain: true }

/** How to read a file. */
export type OfxOptions = {
  readonly includeRawData: boolean
  readonly limits: ScannerLimits
  readonly accountId: string | undefined
}

/**
 * Reads an OFX file of either dialect in flat memory. Two things stand behind what needs them, so the file is opened again for them: the security list that investments refer to, and rows that
 * later ones correct.
 */
export function createOfxReader(content: FileContent, options: OfxOptions): FileReader {
  let head = ''
  let securities: ReadonlyMap<string, Security> | null = null
  const statementOptions: StatementOptions = {
    ...options,
    securities: () => securities,
  }
  const reader = createStatementReader(statementOptions)

  const readAgainFor = async (wanted: ReadonlySet<string>): Promise<FoundRows> => {
    const again = createStatementReader({ ...statementOptions, wanted })
    for await (const chunk of readChunks(content)) {
      if (again.write(chunk) !== null) break
      again.take(0)
    }
    return again.found()
  }

  return {
    ...reader,
    async write(chunk) {
      if (head.length < HEAD_BYTES) head = (head + chunk.binary).slice(0, HEAD_BYTES)
      const issue = reader.write(chunk)
      if (!reader.isPaused()) return issue
      securities = await readSecurities(readChunks(content), options.limits)
      return reader.write(NOTHING)
    },
    async end() {
      const wanted = reader.wanted()
      return reader.end(wanted.size === 0 ? new Map() : await readAgainFor(wanted))
    },
    summary() {
      const version = parseVersion(head)
      const { format, accounts } = reader.summary()
      return { format: version === null ? format : `${format} ${version}`, accounts }
    },
  }
}
