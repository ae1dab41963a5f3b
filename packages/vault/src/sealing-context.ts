import type { CredentialRef } from '@finport/core'
import type { EnvelopeContext } from './envelope.ts'

const PURPOSE = 'credentials'

/** What credentials are bound to. */
export function contextOf({ userId, connectionId, provider }: CredentialRef, credentialType: string): EnvelopeContext {
  return { userId, connectionId, provider, credentialType, purpose: PURPOSE }
}
