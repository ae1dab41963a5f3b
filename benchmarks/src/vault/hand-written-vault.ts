import { type CredentialRef, type CredentialRepository, Err, VaultError } from '@finport/core'
import type { HandWrittenEnvelope } from './hand-written-envelope.ts'
import type { MeasuredVault } from './stored-credentials.ts'

/** The record in bytes of JSON, which are wiped; `null` when there is none. */
function parseRecord(bytes: Uint8Array): object | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
  bytes.fill(0)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** The vault's work around an envelope that is written by hand: owner, version, JSON, wiping and parsing, and errors as results. */
export function createHandWrittenVault(
  keyId: string,
  envelope: HandWrittenEnvelope,
  repository: CredentialRepository,
): MeasuredVault {
  const isOwn = (record: CredentialRef, ref: CredentialRef) =>
    record.userId === ref.userId && record.provider === ref.provider

  return {
    async put(ref, credentials) {
      const { userId, connectionId, provider } = ref
      const plaintext = Buffer.from(JSON.stringify({ ...credentials }))
      const encryptedData = envelope.seal({ ...ref, credentialType: credentials.type }, plaintext)
      plaintext.fill(0)
      const found = await repository.find(connectionId)
      if (found.isErr()) return found
      if (found.value !== null && !isOwn(found.value, ref)) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
      const version = found.value?.version ?? 0
      const sealed = {
        encryptedData,
        credentialType: credentials.type,
        expiresAt: null,
        keyId,
        refreshAt: null,
        reauthenticateBy: null,
      }
      return repository.save({ userId, connectionId, provider, version: version + 1, credentials: sealed }, version)
    },

    async use(ref, provider, work) {
      const found = await repository.find(ref.connectionId)
      if (found.isErr()) return found
      const sealed = found.value !== null && isOwn(found.value, ref) ? found.value.credentials : null
      if (sealed === null) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
      const plaintext = envelope.open({ ...ref, credentialType: sealed.credentialType }, sealed.encryptedData)
      if (plaintext === null) return Err(new VaultError('DECRYPTION_FAILED', 'not_authentic'))
      const record = parseRecord(plaintext)
      const credentials = record === null ? null : provider.parseCredentials(record)
      return credentials?.isOk() ? work(credentials.value) : Err(new VaultError('CREDENTIALS_UNREADABLE'))
    },
  }
}
