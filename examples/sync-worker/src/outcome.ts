import type { Finport, SyncReport } from '@finport/core'

type Synced = Awaited<ReturnType<Finport<Record<never, never>>['sync']>>

/** What an error says of trying again: those that `sync` returns, and those in a report. */
type Trouble = { code: string; retryable: boolean; retryAfterSeconds?: number | null }

/** What becomes of a job. It is kept with the job, and fit for logs. */
export type Outcome =
  | { kind: 'synced'; added: number; modified: number; removed: number }
  /** The institution may answer later. */
  | { kind: 'later'; code: string; afterSeconds: number }
  /** Trying again would change nothing: the user has to log in, or somebody has to look. */
  | { kind: 'given_up'; code: string }

/** Seconds to wait where nobody said how many: twice as long each time, up to ten minutes, and up to a quarter more by chance. */
export function backoffSeconds(attempt: number, firstSeconds: number, chance: number): number {
  return Math.ceil(Math.min(600, firstSeconds * 2 ** attempt) * (1 + chance / 4))
}

/**
 * What a sync's result means for its job. Errors decide by what they say of themselves, never by a list of codes kept here.
 *
 * @param backoff seconds to wait where an error does not say how many.
 */
export function toOutcome(result: Synced, backoff: number): Outcome {
  if (result.isErr()) return toFailure([result.error], backoff)
  const errors = result.value.accounts.flatMap(({ error }) => error ?? [])
  return errors.length === 0 ? toCounts(result.value) : toFailure(errors, backoff)
}

/** Of several accounts, one that may succeed later is reason enough to try again: rows that are stored already cost nothing. */
function toFailure(errors: readonly Trouble[], backoff: number): Outcome {
  const retryable = errors.filter((error) => error.retryable)
  const [first] = retryable
  if (first === undefined) return { kind: 'given_up', code: errors[0]?.code ?? 'UNKNOWN' }
  const afterSeconds = Math.max(...retryable.map((error) => error.retryAfterSeconds ?? backoff))
  return { kind: 'later', code: first.code, afterSeconds }
}

function toCounts({ accounts }: SyncReport): Outcome {
  const sum = (count: 'added' | 'modified' | 'removed') => accounts.reduce((total, one) => total + one[count], 0)
  return { kind: 'synced', added: sum('added'), modified: sum('modified'), removed: sum('removed') }
}
