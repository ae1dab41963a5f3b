import {
  type Connector,
  type CredentialRecord,
  type CredentialRef,
  type CredentialRepository,
  type Credentials,
  Err,
  type Instant,
  isOAuthProvider,
  needsRefresh,
  type OAuth2Credentials,
  type OAuthProvider,
  Ok,
  type Result,
  type SealedCredentials,
  type StorageError,
  type VaultConnector,
  VaultError,
} from '@finport/core'
import type { createRefresh, RefreshError } from './refresh.ts'
import { reauthenticate, refusalOf } from './refresh-state.ts'
import type { Sealer } from './sealer.ts'
import { isOwn, openCredentials, parseWith } from './stored-credentials.ts'

/** What lending is made of. */
export type LendingParts = {
  store: CredentialRepository
  sealer: Sealer
  now: () => number
  refresh: ReturnType<typeof createRefresh>
}

/** Credentials as somebody may use them. */
export type LentCredentials<C> = {
  readonly version: number
  readonly credentials: C
  /** Whether they were refreshed for this. */
  readonly isNew: boolean
}

/** A record that is not forgotten. */
type KeptRecord = CredentialRecord & { readonly credentials: SealedCredentials }

/** Lends credentials that can be used: opened, parsed, and refreshed when they are about to end. */
export function createLending({ store, sealer, now, refresh }: LendingParts) {
  /** What is kept for the one who asks; nobody learns of another's. */
  const find = async (ref: CredentialRef): Promise<Result<KeptRecord, StorageError | VaultError>> => {
    const found = await store.find(ref.connectionId)
    if (found.isErr()) return found
    const record = found.value
    if (record?.credentials == null || !isOwn(record, ref)) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
    return Ok({ ...record, credentials: record.credentials })
  }

  const request = async <C extends Credentials>(
    ref: CredentialRef,
    provider: VaultConnector<C>,
    held: { version: number; credentials: C },
    isAlive: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Result<LentCredentials<C>, RefreshError>> => {
    const refreshed = await refresh(
      {
        ref,
        provider: provider as unknown as OAuthProvider,
        policy: provider.metadata?.tokenPolicy ?? null,
        // What an OAuth provider parses are OAuth credentials.
        held: held as unknown as { version: number; credentials: OAuth2Credentials },
        isAlive,
      },
      signal,
    )
    if (refreshed.isErr()) return refreshed
    const { version, fields } = refreshed.value
    return parseWith(provider, fields).map((credentials) => ({ version, credentials, isNew: true }))
  }

  return {
    find,

    canRenew,

    /** Credentials for use; those that end soon are refreshed first, and serve as they are if that can't be done just now. */
    async lend<C extends Credentials>(
      ref: CredentialRef,
      provider: VaultConnector<C>,
      signal: AbortSignal | undefined,
    ): Promise<Result<LentCredentials<C>, RefreshError>> {
      if (provider.slug !== ref.provider) return Err(new VaultError('CREDENTIALS_NOT_FOUND'))
      const found = await find(ref)
      if (found.isErr()) return found
      const { version, credentials: sealed, refresh: state } = found.value
      if (state !== null && state.reauthentication !== null) return reauthenticate(state.reauthentication)
      const opened = await openCredentials(sealer, ref, sealed)
      if (opened.isErr()) return opened
      const parsed = parseWith(provider, opened.value)
      if (parsed.isErr()) return parsed

      const held = { version, credentials: parsed.value }
      const expiresAt = canRenew(provider) ? expiryOf(parsed.value) : null
      if (expiresAt === null || !isDue(expiresAt, sealed.refreshAt, now())) return Ok({ ...held, isNew: false })
      const isAlive = Date.parse(expiresAt) > now()
      const refreshed = refusalOf(ref, state, now()) ?? (await request(ref, provider, held, isAlive, signal))
      return refreshed.isErr() && isAlive && !isFinal(refreshed.error) ? Ok({ ...held, isNew: false }) : refreshed
    },

    /** Others than those that were lent: refreshed now, or by somebody else meanwhile. */
    renew<C extends Credentials>(
      ref: CredentialRef,
      provider: VaultConnector<C>,
      held: LentCredentials<C>,
      signal: AbortSignal | undefined,
    ): Promise<Result<LentCredentials<C>, RefreshError>> {
      return request(ref, provider, held, false, signal)
    },
  }
}

/** Whether a provider's tokens can be refreshed. */
function canRenew(provider: VaultConnector): boolean {
  return isOAuthProvider(provider as Connector)
}

function expiryOf(credentials: Credentials): Instant | null {
  return (credentials as Partial<OAuth2Credentials>).expiresAt ?? null
}

/** What is in the clear may put it off, but not beyond the end. */
function isDue(expiresAt: Instant, refreshAt: Instant | null, now: number): boolean {
  if (!needsRefresh({ expiresAt }, now)) return false
  return refreshAt === null || Math.min(Date.parse(refreshAt), Date.parse(expiresAt)) <= now
}

/** Whether an access token that lives is of no use either: the grant is gone. */
function isFinal({ code, reason }: { code: string; reason?: unknown }): boolean {
  if (code === 'REAUTHENTICATION_REQUIRED') return reason === 'refresh_token_refused' || reason === 'refresh_in_doubt'
  return code === 'CREDENTIALS_NOT_FOUND' || code === 'CREDENTIALS_UNREADABLE'
}
