import type { Problem } from './problem.ts'

export const LARGEST_FILE_BYTES = 50_000_000

/** What an import does, or would do, to one account. */
export type ImportedAccount = {
  name: string
  added: number
  modified: number
  unchanged: number
  rejected: number
  warnings: string[]
}

/** What is told of an import while it goes on. */
export type ImportEvent =
  | { type: 'progress'; share: number }
  | { type: 'failed'; problem: Problem }
  | {
      type: 'preview' | 'imported'
      provider: string
      format: string | null
      accounts: ImportedAccount[]
      /** Rows that belong to no account that is known. */
      rejected: number
      /** What concerns the file as a whole. */
      warnings: string[]
    }
