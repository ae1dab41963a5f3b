import type { Credentials, FileImportCredentials, ImportFile, OAuth2Credentials, OAuthTokens } from './credentials.ts'
import type { ProviderAccountData } from './data/account.ts'
import type { Batch, ProviderWarning, RejectedRecord, TransactionBatch } from './data/batch.ts'
import type { ProviderHoldingData } from './data/holding.ts'
import type { ProviderTransactionData } from './data/transaction.ts'
import type { DateRange, IsoDate } from './dates.ts'
import type { ProviderError } from './errors/provider-error.ts'
import type { Json } from './json.ts'
import type { ProviderMetadata } from './metadata.ts'
import type { Result } from './result.ts'

/** Options of every call that waits. */
export interface RequestOptions {
  /** Ends the call with `PROVIDER_ABORTED`. */
  signal?: AbortSignal | undefined
}

/** Which transactions are wanted: both days included. Without `startDate`, everything the provider will give; `endDate` is today then. */
export interface TransactionQuery extends RequestOptions {
  startDate?: IsoDate | undefined
  endDate?: IsoDate | undefined
}

/** What names a connector: filled in by `createProvider` from its definition. */
export interface Identity<Slug extends string = string> {
  /** The version of this protocol. */
  readonly protocol: 1
  readonly slug: Slug
  readonly metadata: ProviderMetadata
}

/** Anything a user can connect. Nothing in it rejects: every failure is an `Err`. */
export interface Connector<C extends Credentials = Credentials> extends Identity {
  /** Checks what a user or host gave; never asks the network. */
  parseCredentials(input: unknown): Result<C, ProviderError>
  /** Ends the grant at the institution, on disconnect; doing it twice is no error. `'unsupported'` where the institution offers no way. */
  revoke(credentials: C, options?: RequestOptions): Promise<Result<'revoked' | 'unsupported', ProviderError>>
}

/** A connector with financial data: the same three calls for OAuth, API key and files. */
export interface Provider<C extends Credentials = Credentials> extends Connector<C> {
  /** Every account that the credentials reach. */
  fetchAccounts(credentials: C, options?: RequestOptions): Promise<Result<Batch<ProviderAccountData>, ProviderError>>
  /** Rows outside the asked days are never returned. */
  fetchTransactions(
    credentials: C,
    providerAccountId: string,
    query?: TransactionQuery,
  ): Promise<Result<TransactionBatch, ProviderError>>
  /** What one account holds; an empty batch where the institution has no holdings. */
  fetchHoldings(
    credentials: C,
    providerAccountId: string,
    options?: RequestOptions,
  ): Promise<Result<Batch<ProviderHoldingData>, ProviderError>>
}

/** Users connect by OAuth 2.0, authorization code flow. */
export interface OAuthProvider<C extends OAuth2Credentials = OAuth2Credentials> extends Connector<C> {
  /** The address to send the user to. */
  authorizationUrl(request: { state: string; codeChallenge?: string | undefined }): string
  /** Ends a login: the code of the callback for tokens. A code works once. */
  exchangeCodeForTokens(
    code: string,
    options?: RequestOptions & { codeVerifier?: string | undefined },
  ): Promise<Result<OAuthTokens, ProviderError>>
  /** `refreshToken` is `null` in the answer when the provider did not send another: the old one stays good. */
  refreshAccessToken(refreshToken: string, options?: RequestOptions): Promise<Result<OAuthTokens, ProviderError>>
  /** The credentials to keep; `previous` are those that were refreshed. */
  credentialsFromTokens(tokens: OAuthTokens, previous?: C): C
}

/** What the user types is not what is kept: a setup token, a public token. It works once, so the answer is stored before anything else. */
export interface ExchangeProvider<C extends Credentials = Credentials> extends Connector<C> {
  /** What the user typed for what is kept. */
  exchangeCredentials(input: unknown, options?: RequestOptions): Promise<Result<C, ProviderError>>
}

/** A part of a {@link SnapshotProvider}'s answer. */
export type SnapshotPage = {
  accounts: ProviderAccountData[]
  transactions: ProviderTransactionData[]
  holdings: ProviderHoldingData[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  /** Said once an account is through: the days covered, and whether its holdings are all there. */
  completed: { providerAccountId: string; covered: DateRange | null; holdings: boolean }[]
}

/** Accounts with their transactions and holdings in one read, page by page: files, aggregators. Used instead of the three calls where memory matters. */
export interface SnapshotProvider<C extends Credentials = Credentials> extends Provider<C> {
  /**
   * Ends after the first `Err`. An account comes no later than the page of its first transaction. Whatever comes again, by its id, is as it was told last: an account whose balance stands behind its
   * transactions, a transaction that a later one corrects.
   */
  fetchSnapshot(credentials: C, query?: TransactionQuery): AsyncIterable<Result<SnapshotPage, ProviderError>>
}

/** What a file is, by its content. */
export type FileIdentification = {
  /** The format and, where it has one, its version: `'QFX 1.0.2'`. */
  format: string
  /** The accounts in it. An account that the file does not name has `providerAccountId: null`. */
  accounts: {
    providerAccountId: string | null
    accountNumberMasked: string | null
    category: ProviderAccountData['category']
    accountType: ProviderAccountData['accountType']
    /** The days the file says it is of, or else those of its rows; `null` without either. */
    period: DateRange | null
  }[]
}

/** Users connect by a file they downloaded. */
export interface FileProvider<C extends FileImportCredentials = FileImportCredentials> extends Connector<C> {
  /** What the file is, by its content, never by its extension; `null` when it is none of this provider's. */
  identify(file: ImportFile, options?: RequestOptions): Promise<Result<FileIdentification | null, ProviderError>>
}

/** What changed since a cursor. */
export type ChangePage<E> = {
  changes: E[]
  rejected: RejectedRecord[]
  warnings: ProviderWarning[]
  /** What to pass next time, once this page is safely kept. */
  nextCursor: string
}

/** A connector whose data come as changes since a cursor. The connector owns the cursor's shape; hosts keep it as it is. */
export interface ChangeSource<E = Json, C extends Credentials = Credentials> extends Connector<C> {
  /**
   * From the start with `null`. The same cursor gives the same page while nothing new has happened. Ends after the first `Err`.
   *
   * A cursor that the provider no longer knows is `PROVIDER_INVALID_INPUT` with an issue of the path `cursor`: then whoever follows the changes starts again with `null`.
   */
  fetchChanges(
    credentials: C,
    cursor: string | null,
    options?: RequestOptions,
  ): AsyncIterable<Result<ChangePage<E>, ProviderError>>
}

/** A connector that can do things, such as complete a task. */
export interface Actor<A = Json, C extends Credentials = Credentials> extends Connector<C> {
  /** Does one thing; the answer is what the provider says of it. */
  act(credentials: C, action: A, options?: RequestOptions): Promise<Result<Json, ProviderError>>
}

/** The credentials a connector takes: what its `parseCredentials` gives. */
export type CredentialsOf<P> = P extends {
  parseCredentials(input: unknown): Result<infer C extends Credentials, unknown>
}
  ? C
  : never

type OAuthProviderOf<P> =
  CredentialsOf<P> extends infer C ? (C extends OAuth2Credentials ? OAuthProvider<C> : OAuthProvider) : never
type FileProviderOf<P> =
  CredentialsOf<P> extends infer C ? (C extends FileImportCredentials ? FileProvider<C> : FileProvider) : never

/** Whether a connector has a method. */
export function hasMethod(connector: Connector, method: string): boolean {
  return typeof Reflect.get(connector, method) === 'function'
}

/** Whether a connector has financial data. Narrows a concrete provider, an erased one, and a union from a registry. */
export function isProvider<P extends Connector>(connector: P): connector is P & Provider<CredentialsOf<P>> {
  return hasMethod(connector, 'fetchAccounts')
}

/** Whether users connect by OAuth. */
export function isOAuthProvider<P extends Connector>(connector: P): connector is P & OAuthProviderOf<P> {
  return hasMethod(connector, 'authorizationUrl')
}

/** Whether what the user types is exchanged for what is kept. */
export function isExchangeProvider<P extends Connector>(
  connector: P,
): connector is P & ExchangeProvider<CredentialsOf<P>> {
  return hasMethod(connector, 'exchangeCredentials')
}

/** Whether everything can be had in one read. */
export function isSnapshotProvider<P extends Connector>(
  connector: P,
): connector is P & SnapshotProvider<CredentialsOf<P>> {
  return hasMethod(connector, 'fetchSnapshot')
}

/** Whether users connect by a downloaded file. */
export function isFileProvider<P extends Connector>(connector: P): connector is P & FileProviderOf<P> {
  return hasMethod(connector, 'identify')
}

/** Whether data come as changes since a cursor. */
export function isChangeSource<P extends Connector>(
  connector: P,
): connector is P & ChangeSource<Json, CredentialsOf<P>> {
  return hasMethod(connector, 'fetchChanges')
}

/** Whether it can do things. */
export function isActor<P extends Connector>(connector: P): connector is P & Actor<Json, CredentialsOf<P>> {
  return hasMethod(connector, 'act')
}
