import {
  type FileImportCredentials,
  type FileProvider,
  type ImportFile,
  Ok,
  type ProviderError,
  type Result,
  type SnapshotPage,
  type SnapshotProvider,
} from '@finport/core'

/** What an import needs of a provider: any other one for files would do as well. */
export type StatementProvider = SnapshotProvider<FileImportCredentials> & FileProvider

/** Reads a file page by page, so that a large one takes no more memory than a small one. */
export async function importFile(
  provider: StatementProvider,
  file: ImportFile,
  onPage: (page: SnapshotPage) => void | Promise<void>,
): Promise<Result<void, ProviderError>> {
  const credentials = provider.parseCredentials({ type: 'file_import', ...file })
  if (credentials.isErr()) return credentials
  for await (const page of provider.fetchSnapshot(credentials.value)) {
    if (page.isErr()) return page
    await onPage(page.value)
  }
  return Ok(undefined)
}
