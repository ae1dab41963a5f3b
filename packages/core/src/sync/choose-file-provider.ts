import { type FileImportCredentials, type ImportFile, parseCredentials } from '../credentials.ts'
import type { ConfigurationError, UnknownProviderError } from '../errors/configuration-error.ts'
import { ProviderInvalidInputError } from '../errors/provider-error.ts'
import type { ProviderMetadata } from '../metadata.ts'
import {
  type Connector,
  type FileIdentification,
  type FileProvider,
  isFileProvider,
  isProvider,
  type Provider,
} from '../provider.ts'
import { Err, type Result } from '../result.ts'
import type { SyncError } from './sync-error.ts'

/** Where providers come from: a registry, whatever is in it. */
export type ProviderSource = {
  get(slug: string): Result<Connector, UnknownProviderError | ConfigurationError>
  list(): readonly (ProviderMetadata & { readonly slug: string })[]
}

/** A provider that users connect to by a file, and what it takes the file for. */
export type ChosenProvider = {
  readonly provider: FileProvider & Provider<FileImportCredentials>
  /** `null` when it does not know the file: reading it says why. */
  readonly identification: FileIdentification | null
}

/** The provider that is meant, or the first that knows the file. Where there is one alone, it says itself what the file is instead. */
export async function chooseFileProvider(
  providers: ProviderSource,
  { slug, file, signal }: { slug: string | undefined; file: ImportFile; signal: AbortSignal | undefined },
): Promise<Result<ChosenProvider, SyncError>> {
  if (slug !== undefined) return askProvider(providers, slug, file, signal)
  const slugs = providers
    .list()
    .filter(({ credentialType }) => credentialType === 'file_import')
    .map((metadata) => metadata.slug)
  const [only, ...others] = slugs
  if (only !== undefined && others.length === 0) return askProvider(providers, only, file, signal)
  let refusal: Result<ChosenProvider, SyncError> | null = null
  for (const one of slugs) {
    const asked = await askProvider(providers, one, file, signal)
    if (asked.isOk() && asked.value.identification !== null) return asked
    if (asked.isErr()) refusal ??= asked
  }
  const reason = 'None of them knows such a file. Name the provider that it is for, which says what it is instead.'
  return refusal ?? refuse(slugs.join(', '), 'fileContent', reason)
}

async function askProvider(
  providers: ProviderSource,
  slug: string,
  file: ImportFile,
  signal: AbortSignal | undefined,
): Promise<Result<ChosenProvider, SyncError>> {
  const found = providers.get(slug)
  if (found.isErr()) return found
  const connector = found.value
  if (!isFileProvider(connector) || !isProvider(connector))
    return refuse(slug, 'provider', 'It does not read files: its users connect in another way.')
  // Both guards are for connectors of files, whose credentials are the file.
  const provider = connector as unknown as FileProvider & Provider<FileImportCredentials>
  const { fileName, fileContent } = file ?? {}
  const parsed = parseCredentials('file_import', { fileName, fileContent }, { provider: slug })
  if (parsed.isErr()) return parsed
  const identified = await provider.identify(file, { signal })
  return identified.map((identification) => ({ provider, identification }))
}

function refuse(provider: string, path: string, reason: string): Result<never, ProviderInvalidInputError> {
  return Err(new ProviderInvalidInputError({ provider, operation: 'importFile', issues: [{ path, reason }] }))
}
