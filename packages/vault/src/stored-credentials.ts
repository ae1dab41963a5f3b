import {
  type CredentialRecord,
  type CredentialRef,
  type Credentials,
  credentialTypes,
  Err,
  type Instant,
  isInstant,
  type Json,
  Ok,
  type Result,
  type SealedCredentials,
  type StorableCredentials,
  toInstant,
  type VaultConnector,
  VaultError,
} from '@finport/core'
import { decodeRecord, encodeRecord } from './encryption-service.ts'
import type { Sealer } from './sealer.ts'
import { contextOf } from './sealing-context.ts'

/** The fields of credentials, unmasked. */
export type CredentialFields = { [field: string]: Json }

/** Opened credentials and the version they are of. */
export type OpenedCredentials = { readonly version: number; readonly fields: CredentialFields }

/** What is known of credentials when they are sealed. */
export type SealingFacts = { reauthenticateBy: Instant | null; now: number }

const MOST_AHEAD_MILLISECONDS = 5 * 60_000
const AHEAD_OF_SHORT_LIFE = 0.2

/** Five minutes before the end, or a fifth of what is left to a short life, so that nothing is refreshed as soon as it comes. */
function refreshAtOf(expiresAt: Instant, now: number): Instant {
  const end = Date.parse(expiresAt)
  const ahead = Math.min(MOST_AHEAD_MILLISECONDS, Math.max(0, end - now) * AHEAD_OF_SHORT_LIFE)
  return toInstant(end - ahead)
}

/** Whether a record is that of the one who asks. */
export function isOwn(record: CredentialRecord, ref: CredentialRef): boolean {
  return record.connectionId === ref.connectionId && record.userId === ref.userId && record.provider === ref.provider
}

const storable = new Set<string>(credentialTypes.filter((type) => type !== 'file_import'))

/** Seals credentials with the first key. */
export async function sealCredentials(
  sealer: Sealer,
  ref: CredentialRef,
  credentials: StorableCredentials,
  { reauthenticateBy, now }: SealingFacts,
): Promise<Result<SealedCredentials, VaultError>> {
  const fields = copyOf(credentials)
  const type = fields?.type
  if (fields === null || typeof type !== 'string' || !storable.has(type))
    return Err(new VaultError('ENCRYPTION_FAILED'))
  const plaintext = encodeRecord(fields)
  if (plaintext.isErr()) return plaintext
  const encrypted = await sealer.seal(contextOf(ref, type), plaintext.value)
  plaintext.value.fill(0)
  const expiresAt = isInstant(fields.expiresAt) ? fields.expiresAt : null
  return encrypted.map((encryptedData) => ({
    encryptedData,
    credentialType: type as StorableCredentials['type'],
    expiresAt,
    keyId: sealer.primaryId,
    refreshAt: expiresAt === null ? null : refreshAtOf(expiresAt, now),
    reauthenticateBy: isInstant(reauthenticateBy) ? reauthenticateBy : null,
  }))
}

/** The fields of credentials, once and for all; `null` when they can't be had. */
function copyOf(credentials: unknown): { readonly [field: string]: unknown } | null {
  try {
    const prototype: unknown = Object.getPrototypeOf(credentials)
    return prototype === Object.prototype || prototype === null ? { ...(credentials as object) } : null
  } catch {
    return null
  }
}

/** The fields in what is kept. */
export async function openCredentials(
  sealer: Sealer,
  ref: CredentialRef,
  sealed: SealedCredentials,
): Promise<Result<CredentialFields, VaultError>> {
  const opened = await sealer.open(contextOf(ref, sealed.credentialType), sealed.encryptedData)
  if (opened.isErr()) return opened
  const record = decodeRecord(opened.value)
  opened.value.fill(0)
  return record
}

/** What the provider makes of them. Its own error would tell the user to mend input that nobody gave, and what it throws may quote them. */
export function parseWith<C extends Credentials>(
  provider: Pick<VaultConnector<C>, 'parseCredentials'>,
  fields: CredentialFields,
): Result<C, VaultError> {
  try {
    const parsed = provider.parseCredentials(fields)
    if (parsed.isOk()) return Ok(parsed.value)
  } catch {
    // Said below.
  }
  return Err(new VaultError('CREDENTIALS_UNREADABLE'))
}
