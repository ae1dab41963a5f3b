import type { ProviderCredentials } from '../credentials.ts'
import type { Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { ReauthenticationReason } from '../errors/vault-error.ts'
import type { Result } from '../result.ts'

/** Credentials as a vault keeps them. All but `encryptedData` are hints for queries and screens: after opening, what was sealed decides. */
export type SealedCredentials = ProviderCredentials & {
  /** The key they are sealed with, for counting and for sealing them anew. */
  keyId: string
  /** When to refresh them at the earliest; `null` when they do not end. */
  refreshAt: Instant | null
  /** When the user has to log in again whatever is done; `null` when that is not known. */
  reauthenticateBy: Instant | null
}

/** How refreshing credentials went so far. It belongs to their version: others begin without it. Plain JSON, without a secret. */
export type RefreshState = {
  /** When a refresh was sent whose answer is not known: the refresh token may be used up. `null` when there is none. */
  inDoubtSince: Instant | null
  /** How many refreshes failed, one after the other. */
  failures: number
  /** No refresh is sent before this moment; `null` when one may be sent at once. */
  retryAt: Instant | null
  /** Why the user has to log in again; `null` while a refresh may still help. */
  reauthentication: ReauthenticationReason | null
}

/** What is kept for a connection. */
export type CredentialRecord = {
  connectionId: string
  userId: string
  provider: string
  /** 1 for the first credentials, and one more for each that come after. Sealing the same ones with another key does not count. */
  version: number
  /** `null` once they are forgotten: the record stays, so that nobody who read it before can bring them back. */
  credentials: SealedCredentials | null
  /** Who may refresh them, and until when by the store's clock; `null` when nobody has asked. It may have ended. */
  lease: { owner: string; until: Instant } | null
  /** `null` when nothing is to be said. */
  refresh: RefreshState | null
}

/** A record as it is written: see {@link CredentialRepository.save}. */
export type CredentialWrite = Omit<CredentialRecord, 'lease' | 'refresh'>

/** A lease of one record: see {@link CredentialRepository.takeLease}. */
export type CredentialLeaseRequest = {
  connectionId: string
  /** The version that is to be refreshed. */
  version: number
  /** Who asks: a random id of the attempt. */
  owner: string
  /** For how long, from now. */
  milliseconds: number
}

/** How a refresh went: see {@link CredentialRepository.saveRefresh}. */
export type RefreshWrite = {
  connectionId: string
  /** The version that is being refreshed. */
  version: number
  /** Who has the lease. */
  owner: string
  refresh: RefreshState | null
  /** Whether the lease ends with this. */
  release: boolean
}

/** Which records to list: see {@link CredentialRepository.listSealedByOthers}. */
export type CredentialPage = {
  /** Records sealed with this key are left out. */
  keyId: string
  /** Where the page before ended; `null` for the first. */
  after: string | null
  /** How many records at most. */
  limit: number
}

/**
 * Where a vault keeps sealed credentials: the host's database. It sees no secret. Prove an implementation with `credentialRepositoryConformance` of
 * `@finport/core/conformance`.
 */
export interface CredentialRepository {
  /** The record of a connection, forgotten ones included; `null` when there never was one. */
  find(connectionId: string): Promise<Result<CredentialRecord | null, StorageError>>

  /**
   * Writes a record if the one stored has the version `expectedVersion` (0: if there is none), in one atomic step: of several at a time, one wins. With another version than was stored, the lease and what was
   * known of refreshing are over (both `null`); with the same one, both stay as they are stored, whatever the record says.
   *
   * @returns `STORAGE_CONFLICT` when it has another; nothing is written then.
   */
  save(record: CredentialWrite, expectedVersion: number): Promise<Result<void, StorageError>>

  /**
   * Takes the lease of a record, in one atomic step and by the store's clock: if it has this version and credentials, and the lease is nobody's, this owner's, which prolongs it, or has ended. Of several at a time, one gets it.
   *
   * @returns the record with the lease in it; `null` when it can't be had.
   */
  takeLease(request: CredentialLeaseRequest): Promise<Result<CredentialRecord | null, StorageError>>

  /**
   * Writes how a refresh went, in one atomic step: if the record has this version and its lease, ended or not, is this owner's.
   *
   * @returns whether it was written.
   */
  saveRefresh(write: RefreshWrite): Promise<Result<boolean, StorageError>>

  /** Records with credentials that are sealed with another key, in an order of their `connectionId` that stays the same while records are written. */
  listSealedByOthers(page: CredentialPage): Promise<Result<CredentialRecord[], StorageError>>

  /** How many records with credentials are sealed with a key. */
  countSealedBy(keyId: string): Promise<Result<number, StorageError>>
}
