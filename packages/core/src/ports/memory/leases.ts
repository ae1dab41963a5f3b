import { type Instant, toInstant } from '../../dates.ts'
import { Ok } from '../../result.ts'
import type { Lease, LeaseRepository } from '../lease-repository.ts'
import type { Access, Tables } from './tables.ts'

/** Leases in memory: the clock is the store's. */
export function memoryLeases({ write }: Access, now: () => number): LeaseRepository {
  const give = ({ leases }: Tables, key: string, owner: string, milliseconds: number) => {
    const lease: Lease = { key, owner, until: toInstant(now() + milliseconds) }
    leases.rows.set(key, lease)
    return Ok({ ...lease })
  }
  const hasEnded = ({ until }: { until: Instant }) => until <= toInstant(now())
  return {
    acquire: ({ key, owner, milliseconds }) =>
      write((tables) => {
        const lease = tables.leases.rows.get(key)
        const isFree = lease === undefined || lease.owner === owner || hasEnded(lease)
        return isFree ? give(tables, key, owner, milliseconds) : Ok(null)
      }),
    renew: ({ key, owner, milliseconds }) =>
      write((tables) =>
        tables.leases.rows.get(key)?.owner === owner ? give(tables, key, owner, milliseconds) : Ok(null),
      ),
    release: ({ key, owner }) =>
      write(({ leases }) => {
        if (leases.rows.get(key)?.owner === owner) leases.rows.delete(key)
        return Ok(undefined)
      }),
  }
}
