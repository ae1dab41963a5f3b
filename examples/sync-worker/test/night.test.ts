import { toInstant } from '@finport/core'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { quota } from './harbor.ts'
import { mostWithin, overlaps } from './institution.ts'
import { type Night, openNight, postgresUrl, stopWorkerProcess } from './night.ts'

const LEASE_MILLISECONDS = 5 * 60_000

/** As if five minutes had passed for those who have not prolonged theirs lately: a sync here prolongs it several times a second. */
async function passLeasesOfTheDead({ store }: Night): Promise<void> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(store.db)
  const quiet = toInstant((rows[0]?.now.getTime() ?? 0) + LEASE_MILLISECONDS - 8_000)
  await store.db.deleteFrom('finport_leases').where('until', '<', quiet).execute()
}

describe.skipIf(postgresUrl === undefined)('a night', () => {
  let night: Night
  afterEach(() => night.close())

  // Real processes and pg-boss's shortest heartbeat, ten seconds: nothing less shows that what a killed worker had is taken over.
  test('every connection is synced, none twice at once and none beyond the quota, whichever worker dies', async () => {
    const count = 120
    night = await openNight(Array.from({ length: count }, (_, index) => `user-${index}`))
    const { institution, countJobs, countSynced, until } = night
    const [killed, stopped] = await night.startWorkers(4)
    await night.fanOut()
    await until('a quarter is synced', 30, async () => (await countSynced()) > count / 4)
    // Another night, before this one is over: what is in work or waits is not sent again.
    await night.fanOut()
    killed?.kill('SIGKILL')
    if (stopped !== undefined) await stopWorkerProcess(stopped)
    expect(stopped?.exitCode).toBe(0)

    await until('all is synced', 75, async () => {
      await passLeasesOfTheDead(night)
      return (await countSynced()) === count && (await countJobs('created', 'retry', 'active')) === 0
    })
    expect(await countJobs('failed')).toBe(0)
    expect(overlaps(institution.seen)).toEqual([])
    expect(mostWithin(institution.seen, quota.perSeconds)).toBeLessThanOrEqual(quota.requests)
  }, 120_000)

  test('who may succeed later is asked again when the institution says, and who has to log in is not', async () => {
    night = await openNight(['user-0', 'busy-1', 'ended-2'])
    const { institution, store, countJobs, countSynced, until } = night
    await night.startWorkers(1)
    await night.fanOut()
    await until('two are synced', 30, async () => (await countSynced()) === 2)
    await until('no job is left', 10, async () => (await countJobs('created', 'retry', 'active')) === 0)

    const [refused, again] = institution.seen.filter(({ key }) => key === 'busy-1')
    expect(refused?.status).toBe(503)
    expect((again?.arrivedAt ?? 0) - (refused?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(2_000)
    expect(institution.seen.filter(({ key }) => key === 'ended-2')).toHaveLength(1)
    const { rows } = await sql<{ output: unknown }>`
      select output from pgboss.job where singleton_key = 'connection-000002'`.execute(store.db)
    expect(rows).toEqual([{ output: { kind: 'given_up', code: 'PROVIDER_AUTHENTICATION_FAILED' } }])
    expect((await store.repositories.connections.find('user-2', 'connection-000002')).unwrap()?.status).toBe('expired')

    // It is not handed out again either, until its user logs in.
    await night.fanOut()
    await until('the next night is over', 30, async () => {
      const twice = institution.seen.filter(({ key, operation }) => key === 'user-0' && operation === 'accounts')
      return twice.length === 2 && (await countJobs('created', 'retry', 'active')) === 0
    })
    expect(institution.seen.filter(({ key }) => key === 'ended-2')).toHaveLength(1)
  }, 90_000)
})
