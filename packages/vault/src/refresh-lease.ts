import type { CredentialRecord, CredentialRepository, StorageError } from '@finport/core'
import { Ok, type Result } from '@finport/core'
import type { Sleep } from './sleep.ts'

/** The right to refresh one version of credentials. */
export type RefreshLease = {
  readonly owner: string
  /** The record as it was when the lease was taken. */
  readonly record: CredentialRecord
  /** When it was taken, by the store's clock. */
  readonly takenAt: number
  /** The time by the store's clock, which is the same for all processes. */
  now(): number
  /** Whether there is time enough left to begin something. By a clock that goes on while the process is stopped. */
  isSafe(): boolean
  /** Keeps it from ending until it is told to stop. */
  keep(): { stop(): void }
}

/** Whose lease it is to be, of what, and how long it lasts. */
export type LeaseTerms = { connectionId: string; version: number; owner: string; milliseconds: number }

const BEATS = 3

/** Takes a lease: `null` when it can't be had. */
export async function takeRefreshLease(
  store: CredentialRepository,
  terms: LeaseTerms,
  sleep: Sleep,
): Promise<Result<RefreshLease | null, StorageError>> {
  const { owner, milliseconds } = terms
  const before = performance.now()
  let keptAt = before
  const taken = await store.takeLease(terms)
  if (taken.isErr()) return taken
  const record = taken.value
  if (record?.lease?.owner !== owner) return Ok(null)
  const takenAt = Date.parse(record.lease.until) - milliseconds
  return Ok({
    owner,
    record,
    takenAt,
    now: () => takenAt + Math.round(performance.now() - before),
    isSafe: () => performance.now() - keptAt < milliseconds / 2,
    keep() {
      const stopped = new AbortController()
      const beat = async () => {
        for (;;) {
          await sleep(milliseconds / BEATS, stopped.signal)
          if (stopped.signal.aborted) return
          const beatAt = performance.now()
          const kept = await store.takeLease(terms)
          // When it did not go well, the next beat comes, and what is written at the end is checked by the store.
          if (kept.isOk() && kept.value?.lease?.owner === owner) keptAt = beatAt
        }
      }
      beat().catch(() => undefined)
      return { stop: () => stopped.abort() }
    },
  })
}
