import type { DateRange, InputIssue, ProviderAccountData, Result, SnapshotPage } from '@finport/core'
import type { ContentChunk } from './content.ts'

/** What a file was. */
export type FileSummary = {
  /** What the format is called, such as `QFX 1.0.2`. */
  readonly format: string
  readonly accounts: readonly { readonly account: ProviderAccountData; readonly period: DateRange | null }[]
}

/** A reader of one format that is fed a file piece by piece. */
export type FileReader = {
  /** Reads on; an issue ends it. */
  write(chunk: ContentChunk): Promise<InputIssue | null> | InputIssue | null
  /** Where the first thing of the format stands, in bytes; `null` while nothing of it has come. */
  recognisedAt(): number | null
  /** How many records have been read. */
  rowCount(): number
  /** What has come together, once that is at least so many records. */
  take(rows: number): SnapshotPage | null
  /** The rest, or why the file as a whole gives nothing. */
  end(): Promise<Result<SnapshotPage, InputIssue>> | Result<SnapshotPage, InputIssue>
  /** After the end: what the file was. */
  summary(): FileSummary
}
