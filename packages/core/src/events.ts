import { type Instant, toInstant } from './dates.ts'
import type { FinportError, UserAction } from './errors/finport-error.ts'
import type { Json } from './json.ts'
import { createRecordId, type RecordIdSource } from './record-id.ts'
import { type SyncEventDetails, syncActions } from './sync/sync-events.ts'

/** The kinds of events, and what an audit log calls each. */
const actions = {
  ProviderConnectionAttempted: 'PROVIDER_CONNECTION_ATTEMPTED',
  ProviderConnectionSucceeded: 'PROVIDER_CONNECTED',
  ProviderConnectionFailed: 'PROVIDER_CONNECTION_FAILED',
  ProviderConnectionExpired: 'PROVIDER_CONNECTION_EXPIRED',
  ProviderTokenRefreshAttempted: 'PROVIDER_TOKEN_REFRESH_ATTEMPTED',
  ProviderTokenRefreshSucceeded: 'PROVIDER_TOKEN_REFRESHED',
  ProviderTokenRefreshFailed: 'PROVIDER_TOKEN_REFRESH_FAILED',
  ProviderDisconnectionAttempted: 'PROVIDER_DISCONNECTION_ATTEMPTED',
  ProviderDisconnectionSucceeded: 'PROVIDER_DISCONNECTED',
  ProviderDisconnectionFailed: 'PROVIDER_DISCONNECTION_FAILED',
  ...syncActions,
} as const

type Actions = typeof actions

/** The kinds of events. */
export type EventType = keyof Actions

/** What an audit log calls an event. */
export type AuditAction = Actions[EventType]

/** What is told of an error: nothing secret is in it. */
export type EventError = {
  code: string
  message: string
  retryable: boolean
  userAction: UserAction
  /** Why, where the error has a reason. */
  reason: string | null
}

/** What some events tell beside what all do. */
type EventDetails = SyncEventDetails & {
  ProviderConnectionFailed: { error: EventError }
  ProviderConnectionExpired: {
    /** What the provider or the vault said: the user has to log in again. */
    error: EventError
  }
  ProviderTokenRefreshFailed: {
    error: EventError
    /** Whether the user has to log in again: no further refresh is tried. */
    isTerminal: boolean
  }
  ProviderDisconnectionSucceeded: {
    /** Whether the institution ended the grant: it did, it has no way to, or it could not be made to. */
    revocation: 'revoked' | 'unsupported' | 'failed'
  }
  ProviderDisconnectionFailed: { error: EventError }
}

type DetailsOf<Type extends EventType> = Type extends keyof EventDetails ? EventDetails[Type] : Record<never, never>

/** What every event tells. */
export type EventHead = {
  /** Of this event alone; those of a later millisecond sort later. */
  id: string
  time: Instant
  userId: string
  /** `null` before there is a connection. */
  connectionId: string | null
  /** The provider's slug. */
  provider: string
  /** Whether the user should be told, by mail or on the next screen: there is something for them to do or to know. */
  notifyUser: boolean
}

/** Something that happened, as plain JSON: for an audit log, a mail, a metric. It holds no secret. */
export type FinportEvent = {
  [Type in EventType]: EventHead & { type: Type; action: Actions[Type] } & DetailsOf<Type>
}[EventType]

/** Takes events. What it throws or rejects with is passed over, and nobody waits for it. */
export type EventSink = (event: FinportEvent) => void | Promise<void>

/** What whoever tells of an event knows. */
export type EventFacts<Type extends EventType> = Pick<EventHead, 'userId' | 'connectionId' | 'provider'> & {
  notifyUser?: boolean | undefined
} & DetailsOf<Type>

/** Tells what happened. */
export type EventEmitter = <Type extends EventType>(type: Type, facts: EventFacts<Type>) => void

/** Makes an emitter over a sink, which can do no harm: for whoever writes a vault. */
export function createEventEmitter(sink: EventSink | undefined, source: RecordIdSource): EventEmitter {
  return (type, { notifyUser = false, ...facts }) => {
    if (sink === undefined) return
    const head = { type, action: actions[type], id: createRecordId(source), time: toInstant(source.now()), notifyUser }
    // The facts are those of the type, which the compiler does not follow through the union.
    const event = { ...head, ...facts } as unknown as FinportEvent
    try {
      Promise.resolve(sink(event)).catch(() => undefined)
    } catch {
      // Whatever a sink throws is its own affair.
    }
  }
}

/** What an event may tell of an error. */
export function toEventError(error: FinportError): EventError {
  const { code, message, retryable, userAction } = error
  const { reason } = error as { reason?: Json }
  return { code, message, retryable, userAction, reason: typeof reason === 'string' ? reason : null }
}
