import assert from 'node:assert/strict'
import type { Instant } from '../dates.ts'
import type { CredentialRecord, CredentialWrite, SealedCredentials } from '../ports/credential-repository.ts'

/** A moment. */
export const instant = (text: string) => text as Instant

/** Sealed credentials like any others. */
export function sealed(changes: Partial<SealedCredentials> = {}): SealedCredentials {
  return {
    encryptedData: Uint8Array.of(1, 2, 3),
    credentialType: 'oauth2',
    expiresAt: null,
    keyId: 'k1',
    refreshAt: null,
    reauthenticateBy: null,
    ...changes,
  }
}

/** A record like any other. */
export function recordOf(connectionId: string, changes: Partial<CredentialWrite> = {}): CredentialWrite {
  return { connectionId, userId: 'user-1', provider: 'acme', version: 1, credentials: sealed(), ...changes }
}

/** Compares field by field: stores give bytes of their own class, and rows with more columns. */
export function assertRecord(actual: CredentialRecord | null | undefined, expected: CredentialWrite): void {
  assert(actual, 'The record must be found.')
  const { credentials } = expected
  for (const name of ['connectionId', 'userId', 'provider', 'version'] as const)
    assert.equal(actual[name], expected[name], `${name} came back as another.`)
  if (credentials === null) {
    assert.equal(actual.credentials, null, 'What was forgotten must be null.')
    return
  }
  assert(actual.credentials, 'The record must have credentials.')
  for (const name of ['credentialType', 'expiresAt', 'keyId', 'refreshAt', 'reauthenticateBy'] as const)
    assert.equal(actual.credentials[name], credentials[name], `${name} came back as another.`)
  assertBytes(actual.credentials.encryptedData, credentials.encryptedData)
}

/** Not by deepEqual: what it says of many bytes takes minutes to write. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert(actual instanceof Uint8Array, 'encryptedData must be a Uint8Array.')
  const isSame = actual.length === expected.length && actual.every((byte, index) => byte === expected[index])
  assert(isSame, `The ${expected.length} bytes saved came back as others.`)
}
