import type { FinportError } from '../errors/finport-error.ts'
import { ProviderInvalidInputError } from '../errors/provider-error.ts'
import type { Json } from '../json.ts'
import type { SyncCursor } from '../ports/cursor-repository.ts'
import type { ChangePage, Identity, RequestOptions } from '../provider.ts'
import { createRecordId } from '../record-id.ts'
import { Err, Ok, type Result } from '../result.ts'
import { type SyncLease, withSyncLease } from './lease.ts'
import type { SyncError } from './sync-error.ts'
import type { SyncParts } from './sync-parts.ts'

/** A page of changes as the host gets it. */
export type FeedPage<Change = Json> = Omit<ChangePage<Change>, 'nextCursor'> & {
  /**
   * Whether it is the first page of all there is: of the first feed, and of one whose cursor the provider no longer knows. What the host has already and does not come again before the feed ends is gone.
   */
  fromStart: boolean
}

/** Which changes to take, and what to do with them. */
export type FeedRequest<E extends FinportError, Change = Json> = {
  /** Whose connection it is: from the session, never from what the user sent. */
  userId: string
  /** The connection. */
  connectionId: string
  /** Keeps a page. Its `Ok` commits the cursor behind the page; with an `Err`, the feed ends there, and the page comes again the next time. After a crash, too: keeping a page twice must be no harm. */
  onPage: (page: FeedPage<Change>) => Promise<Result<unknown, E>>
  /** Ends the feed at the provider. */
  signal?: AbortSignal | undefined
}

/** What a feed did. */
export type FeedReport = {
  /** The connection. */
  connectionId: string
  /** Pages that were kept. */
  pages: number
  /** Changes on them. */
  changes: number
  /** Records that could not be read. */
  rejected: number
}

/** Hands a connection's changes to the host. */
export type Feed = <E extends FinportError = never>(
  request: FeedRequest<E>,
) => Promise<Result<FeedReport, E | SyncError>>

/** A connector's changes with the credentials bound in. */
type BoundChangeSource = Identity & {
  fetchChanges(cursor: string | null, options?: RequestOptions): AsyncIterable<Result<ChangePage<Json>, SyncError>>
}

/** The parts of a feed. */
export type FeedParts = Omit<SyncParts, 'emit'> & {
  /** The connection's connector with the credentials bound in. */
  readonly open: (request: {
    userId: string
    connectionId: string
  }) => Promise<Result<Identity & Partial<BoundChangeSource>, SyncError>>
}

const stream = 'changes'

/** Makes the feed of an app. */
export function createFeed(parts: FeedParts): Feed {
  return async <E extends FinportError>(request: FeedRequest<E>): Promise<Result<FeedReport, E | SyncError>> => {
    const { userId, connectionId } = request
    const opened = await parts.open({ userId, connectionId })
    if (opened.isErr()) return opened
    const source = opened.value
    if (!hasChanges(source)) {
      const reason = 'Its provider has no changes to follow: accounts are brought up to date by sync.'
      const issues = [{ path: 'connectionId', reason }]
      return Err(new ProviderInvalidInputError({ provider: source.slug, operation: 'feed', issues }))
    }
    const owner = createRecordId(parts)
    return withSyncLease<FeedReport, E | SyncError>(parts.repositories, { connectionId, owner }, async (lease) => {
      const found = await parts.repositories.cursors.find(connectionId, stream)
      if (found.isErr()) return found
      const start = found.value ?? { connectionId, stream, cursor: null, covered: null, version: 0 }
      const report: FeedReport = { connectionId, pages: 0, changes: 0, rejected: 0 }
      const fed = await feedFrom({ parts, request, source, lease, report }, start)
      return fed.isErr() ? fed : Ok(report)
    })
  }
}

function hasChanges(source: Identity & Partial<BoundChangeSource>): source is BoundChangeSource {
  return source.fetchChanges !== undefined
}

type Feeding<E extends FinportError> = {
  readonly parts: FeedParts
  readonly request: FeedRequest<E>
  readonly source: BoundChangeSource
  readonly lease: SyncLease
  /** What is counted as it goes. */
  readonly report: FeedReport
}

/** Hands on every page behind a cursor; from the start when the provider no longer knows the cursor. */
async function feedFrom<E extends FinportError>(
  feeding: Feeding<E>,
  start: SyncCursor,
  mayStartAgain = true,
): Promise<Result<void, E | SyncError>> {
  const { request, source, report } = feeding
  let cursor = start
  for await (const page of source.fetchChanges(start.cursor, { signal: request.signal })) {
    if (page.isErr()) {
      const startsAgain = mayStartAgain && cursor.cursor !== null && isCursorRefused(page.error)
      return startsAgain ? feedFrom(feeding, { ...cursor, cursor: null }, false) : page
    }
    // Whoever has it by now may have kept later pages: an old one must not be written over them.
    const held = await feeding.lease.renew(feeding.parts.repositories)
    if (held.isErr()) return held
    const { nextCursor, ...changes } = page.value
    const kept = await request.onPage({ ...changes, fromStart: cursor.cursor === null })
    if (kept.isErr()) return kept
    const committed = await commit(feeding, cursor, nextCursor)
    if (committed.isErr()) return committed
    cursor = committed.value
    report.pages++
    report.changes += changes.changes.length
    report.rejected += changes.rejected.length
  }
  return Ok(undefined)
}

/** Whether the provider says to start again: its word for that is a bad argument `cursor`. */
function isCursorRefused(error: SyncError): boolean {
  return error.code === 'PROVIDER_INVALID_INPUT' && error.issues.some(({ path }) => path === 'cursor')
}

async function commit<E extends FinportError>(
  { parts, lease }: Feeding<E>,
  before: SyncCursor,
  nextCursor: string,
): Promise<Result<SyncCursor, SyncError>> {
  if (before.cursor === nextCursor) return Ok(before)
  const after = { ...before, cursor: nextCursor, version: before.version + 1 }
  return parts.repositories.transaction<SyncCursor, SyncError>(async (inside) => {
    const renewed = await lease.renew(inside)
    if (renewed.isErr()) return renewed
    return (await inside.cursors.save(after, before.version)).map(() => after)
  })
}
