import type { CredentialRef } from '@finport/core'
import type { EnvelopeContext } from './envelope.ts'

const PURPOSE = 'credentials'

/** What credentials are bound to. */
export function contextOf({ userId, connectionId, provider }: CredentialRef, credentialType: string): EnvelopeContext {
  return { userId, connectionId, provider, credentialType, purpose: PURPOSE }
}

const TEXT_TYPE = 'text'
const TEXT_PURPOSE = 'text kept elsewhere'

/** What a text is bound to that is kept elsewhere. */
export function textContextOf({ userId, connectionId, provider }: CredentialRef): EnvelopeContext {
  return { userId, connectionId, provider, credentialType: TEXT_TYPE, purpose: TEXT_PURPOSE }
}
