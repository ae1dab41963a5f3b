import type { ProviderCredentials } from '../credentials.ts'
import type { Instant } from '../dates.ts'
import type { StorageError } from '../errors/storage-error.ts'
import type { Result } from '../result.ts'

/** Credentials as a vault keeps them. All but `encryptedData` are hints for queries and screens: after opening, what was sealed decides. */
export type SealedCredentials = ProviderCredentials & {
  /** The key they are sealed with, for counting and for sealing them anew. */
  keyId: string
  /** When the user has to log in again whatever is done; `null` when that is not known. */
  reauthenticateBy: Instant | null
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
   * Writes a record if the one stored has the version `expectedVersion` (0: if there is none), in one atomic step: of several at a time, one wins.
   *
   * @returns `STORAGE_CONFLICT` when it has another; nothing is written then.
   */
  save(record: CredentialRecord, expectedVersion: number): Promise<Result<void, StorageError>>

  /** Records with credentials that are sealed with another key, in an order of their `connectionId` that stays the same while records are written. */
  listSealedByOthers(page: CredentialPage): Promise<Result<CredentialRecord[], StorageError>>

  /** How many records with credentials are sealed with a key. */
  countSealedBy(keyId: string): Promise<Result<number, StorageError>>
}
