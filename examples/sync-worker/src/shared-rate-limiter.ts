import { setTimeout as sleep } from 'node:timers/promises'
import type { RateLimit, RateLimiter } from '@finport/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './store.ts'

type Parts = {
  db: Kysely<Pick<Tables, 'sync_quotas'>>
  /** Ends all waiting, when the worker stops. */
  stopping?: AbortSignal | undefined
  /** How much later than others a request may arrive without the quota being exceeded. */
  lateMilliseconds?: number
}

/** Whoever would wait longer asks again, so that few turns are lost with a worker that dies. */
const MOST_AHEAD_MILLISECONDS = 20_000

/**
 * Keeps quotas that all workers share: each request takes the next turn in PostgreSQL, one interval behind the one before, and waits for it. By the database's clock, so that those of the workers do not matter.
 *
 * Turns are that far apart that in no stretch of `perSeconds`, wherever it begins, more requests than `requests` arrive. A counter for each minute would let twice as many through around the full minute.
 */
export function createSharedRateLimiter({ db, stopping, lateMilliseconds = 1_000 }: Parts): RateLimiter {
  /** Takes the next turn; `null` when it is too far ahead. */
  async function takeTurn(key: string, intervalMilliseconds: number): Promise<number | null> {
    const interval = sql`${intervalMilliseconds} * interval '1 millisecond'`
    const { rows } = await sql<{ wait: string }>`
      insert into sync_quotas as quota (key, next_at) values (${key}, clock_timestamp() + ${interval})
      on conflict (key) do update set next_at = greatest(quota.next_at, clock_timestamp()) + ${interval}
        where quota.next_at <= clock_timestamp() + ${MOST_AHEAD_MILLISECONDS} * interval '1 millisecond'
      returning extract(epoch from next_at - ${interval} - clock_timestamp()) * 1000 as wait`.execute(db)
    const [turn] = rows
    return turn === undefined ? null : Math.max(0, Number(turn.wait))
  }

  return {
    async take(key: string, { requests, perSeconds }: RateLimit) {
      const waitMilliseconds = await takeTurn(key, (perSeconds * 1_000 + lateMilliseconds) / requests)
      if (waitMilliseconds === null) return MOST_AHEAD_MILLISECONDS
      // The turn is taken: whoever is stopped while waiting loses it, and is told to ask again.
      const isStopped = await sleep(waitMilliseconds, false, { signal: stopping }).catch(() => true)
      return isStopped ? 1 : 0
    },
  }
}
