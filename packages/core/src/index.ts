export type { ConnectRequest } from './connections/connect.ts'
export type { BoundCall, Connected, OpenCallError } from './connections/connected.ts'
export { type Connection, type ConnectionStatus, connectionStatuses } from './connections/connection.ts'
export type { ConnectionRequest, Connections, KnownSlug } from './connections/connections.ts'
export type { Disconnection } from './connections/disconnect.ts'
export type { LoginError } from './connections/login-error.ts'
export type { BeginOAuthRequest, BegunOAuth, FinishedOAuth, FinishOAuthRequest } from './connections/oauth.ts'
export type { OpenError, OpenRequest } from './connections/open.ts'
export type { SweepReport } from './connections/sweep.ts'
export {
  type ApiKeyCredentials,
  type CertificateCredentials,
  type Credentials,
  type CredentialsByType,
  type CredentialType,
  type CustomCredentials,
  credentialTypes,
  type FileContent,
  type FileImportCredentials,
  type ImportFile,
  type LinkTokenCredentials,
  maskCredentials,
  needsRefresh,
  type OAuth2Credentials,
  type OAuthTokens,
  type ProviderCredentials,
  parseCredentials,
  type StorableCredentials,
  toReauthenticateBy,
} from './credentials.ts'
export {
  type AccountCategory,
  type AccountStatus,
  type AccountType,
  accountCategories,
  accountStatuses,
  accountTypes,
  type ProviderAccountData,
  type TaxTreatment,
  taxTreatments,
} from './data/account.ts'
export { type BalanceSnapshot, type BalanceSource, balanceSources } from './data/balance.ts'
export {
  type Batch,
  type ProviderWarning,
  type RejectedRecord,
  type TransactionBatch,
  type WarningCode,
  warningCodes,
} from './data/batch.ts'
export { type AssetType, assetTypes, type ProviderHoldingData, type SecurityIdentifiers } from './data/holding.ts'
export {
  type ProviderTransactionData,
  type TransactionFee,
  type TransactionKind,
  type TransactionRail,
  type TransactionStatus,
  type TransactionSubtype,
  type TransactionType,
  transactionRails,
  transactionStatuses,
  transactionSubtypes,
} from './data/transaction.ts'
export {
  addDays,
  civilDate,
  type DateProblem,
  type DateRange,
  type Instant,
  type IsoDate,
  isInstant,
  isIsoDate,
  parseInstant,
  parseIsoDate,
  toInstant,
} from './dates.ts'
export { Decimal, type DecimalProblem, type DecimalRounding, isDecimal } from './decimal.ts'
export {
  createProvider,
  type Definition,
  defineConnector,
  defineProvider,
  type Methods,
  type ProviderArguments,
  type ProviderOf,
  type SettingsArguments,
} from './define-provider.ts'
export { ConfigurationError, UnknownProviderError } from './errors/configuration-error.ts'
export { ConnectionError, type ConnectionErrorCode } from './errors/connection-error.ts'
export { FinportError, type UserAction } from './errors/finport-error.ts'
export {
  type InputIssue,
  ProviderAbortedError,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  ProviderPermissionError,
  ProviderRateLimitError,
  ProviderUnavailableError,
} from './errors/provider-error.ts'
export { StorageError, type StorageErrorCode } from './errors/storage-error.ts'
export {
  type DecryptionProblem,
  type KeyProblem,
  type ReauthenticationReason,
  VaultError,
  type VaultErrorCode,
  type VaultErrorReason,
} from './errors/vault-error.ts'
export {
  type AuditAction,
  createEventEmitter,
  type EventEmitter,
  type EventError,
  type EventFacts,
  type EventHead,
  type EventSink,
  type EventType,
  type FinportEvent,
  toEventError,
} from './events.ts'
export { type FetchesFromSnapshotOptions, fetchesFromSnapshot } from './fetches-from-snapshot.ts'
export { createFinport, type Finport, type FinportParts } from './finport.ts'
export { createRateLimiter, type RateLimit, type RateLimiter } from './http/rate-limiter.ts'
export type { AttemptResult, RequestAttempt, RequestHooks } from './http/request-hooks.ts'
export type { RetryOptions } from './http/retry.ts'
export { isJson, type Json } from './json.ts'
export {
  type AuthType,
  authTypes,
  type ProviderCategory,
  type ProviderMetadata,
  providerCategories,
  type TokenPolicy,
} from './metadata.ts'
export type { Account, AccountRepository } from './ports/account-repository.ts'
export type { AuthorizationRepository, AuthorizationRequest } from './ports/authorization-repository.ts'
export type { AccountBalance, BalanceListQuery, BalanceRepository } from './ports/balance-repository.ts'
export type { ConnectionQuery, ConnectionRepository } from './ports/connection-repository.ts'
export type {
  CredentialLeaseRequest,
  CredentialPage,
  CredentialRecord,
  CredentialRepository,
  CredentialWrite,
  RefreshState,
  RefreshWrite,
  SealedCredentials,
} from './ports/credential-repository.ts'
export type {
  CredentialRef,
  CredentialStatus,
  CredentialVault,
  PutCredentialsOptions,
  VaultConnector,
} from './ports/credential-vault.ts'
export type { CursorRepository, SyncCursor } from './ports/cursor-repository.ts'
export type { Holding, HoldingRepository } from './ports/holding-repository.ts'
export type { Lease, LeaseRepository } from './ports/lease-repository.ts'
export {
  createMemoryCredentialRepository,
  type MemoryCredentialRepositoryOptions,
} from './ports/memory-credential-repository.ts'
export { createMemoryRepositories, type MemoryRepositoriesOptions } from './ports/memory-repositories.ts'
export type { Repositories, TransactionalRepositories } from './ports/repositories.ts'
export type { Transaction, TransactionListQuery, TransactionRepository } from './ports/transaction-repository.ts'
export {
  type Actor,
  type ChangePage,
  type ChangeSource,
  type Connector,
  type CredentialsOf,
  type ExchangeProvider,
  type FileIdentification,
  type FileProvider,
  type Identity,
  isActor,
  isChangeSource,
  isExchangeProvider,
  isFileProvider,
  isOAuthProvider,
  isProvider,
  isSnapshotProvider,
  type OAuthProvider,
  type Provider,
  type RequestOptions,
  type SnapshotPage,
  type SnapshotProvider,
  type TransactionQuery,
} from './provider.ts'
export type { RecordIdSource } from './record-id.ts'
export { createRegistry, type Erased, type Registry } from './registry.ts'
export { Err, Ok, Result } from './result.ts'
export type { FetchFunction, Logger, ProviderRuntime, RuntimeOptions } from './runtime.ts'
export { isSandboxFetch, markSandboxFetch } from './sandbox.ts'
export type { Feed, FeedPage, FeedReport, FeedRequest } from './sync/feed.ts'
export type { ImportReport, ImportRequest } from './sync/import-file.ts'
export type {
  AccountReport,
  ChangeCounts,
  ReportedError,
  ReportedRejection,
  SyncOutcome,
  SyncReport,
} from './sync/report.ts'
export { type SyncKind, type SyncProgress, type SyncRequest, syncKinds } from './sync/sync.ts'
export type { SyncError } from './sync/sync-error.ts'
