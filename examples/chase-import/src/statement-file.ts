import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Err, Ok, type Result } from '@finport/core'

/** A file to import, as a stream that can be opened more than once: it is never in memory as a whole. */
export type StatementFile = {
  fileName: string
  fileContent: () => AsyncIterable<Uint8Array>
  size: number
  /** The account of a file that does not say. */
  accountId?: string | undefined
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'No such file',
  ENOTDIR: 'No such file',
  EACCES: 'No permission to read',
  EPERM: 'No permission to read',
}

/** The file at a path, or in words why there is none. */
export async function openStatementFile(path: string): Promise<Result<StatementFile, string>> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return Err('This is a directory, not a file')
    // A pipe could be read only once.
    if (!found.isFile()) return Err('This is not a regular file')
    await access(path, constants.R_OK)
    return Ok({ fileName: basename(path), fileContent: () => createReadStream(path), size: found.size })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'for an unknown reason'
    return Err(reasons[code] ?? `The system can't open it (${code})`)
  }
}
