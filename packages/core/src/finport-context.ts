import type { ConfigurationError, UnknownProviderError } from './errors/configuration-error.ts'
import type { EventEmitter } from './events.ts'
import type { CredentialVault } from './ports/credential-vault.ts'
import type { Repositories } from './ports/repositories.ts'
import type { Connector } from './provider.ts'
import type { RecordIdSource } from './record-id.ts'
import type { Result } from './result.ts'

/** What the use cases are made over: what a host gave, made safe to use. */
export type FinportContext = RecordIdSource & {
  /** The provider of a slug known at run time. */
  getProvider(slug: string): Result<Connector, UnknownProviderError | ConfigurationError>
  /** Whether the providers reach a sandbox. */
  readonly isSandbox: boolean
  readonly vault: CredentialVault
  readonly repositories: Repositories
  readonly emit: EventEmitter
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}
