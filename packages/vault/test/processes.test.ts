import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialRepositoryConformance } from '@finport/core/conformance'
import { describe, expect, test } from 'vitest'
import { raceOpens, raceRefresh } from './processes/refresh-race.ts'
import { raceRewrap } from './rewrap-race.ts'
import { openSqliteRepository } from './sqlite-repository.ts'

describe('the repository of these tests', () => {
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'finport-vault-'))
    const handles = [0, 1, 2].map(() => openSqliteRepository(join(folder, 'credentials.sqlite')))
    const close = async () => {
      for (const handle of handles) handle.close()
      await rm(folder, { recursive: true })
    }
    return { handles, close }
  }
  for (const { name, run } of credentialRepositoryConformance({ open })) test(name, run)
})

test('a rewrap that is killed among writers of other processes is ended by another, and nothing is lost', async () => {
  const { killedAfter, writes, report, wrong, canRetire } = await raceRewrap(800)
  expect(killedAfter).toBeGreaterThan(0)
  expect(writes).toBeGreaterThan(0)
  expect(report).toMatchObject({ failed: 0, complete: true })
  expect(report.rewrapped).toBeGreaterThan(0)
  expect(wrong).toEqual([])
  expect(canRetire).toBe(true)
}, 60_000)

/** The time zone of a process changes nothing here, and each of these takes seconds: real processes have to start. */
describe.runIf(process.env.TZ === 'UTC')('tokens that several processes refresh', () => {
  const terms = { processes: 3, connections: 2, accessTokenSeconds: 0.4, graceSeconds: 0, latency: [30, 150] } as const

  test('once each: a provider that revokes what comes twice revokes nothing', async () => {
    const { uses, requests, redemptions, revoked, lost, errors } = await raceRefresh({ ...terms, milliseconds: 1_500 })
    expect(uses).toBeGreaterThan(0)
    expect(redemptions).toBeGreaterThanOrEqual(terms.connections)
    expect(requests).toBe(redemptions)
    expect({ revoked, lost, errors }).toEqual({ revoked: 0, lost: {}, errors: {} })
  }, 60_000)

  test('killed in the middle: within the grace of the provider nothing is lost', async () => {
    const race = await raceRefresh({ ...terms, graceSeconds: 8, milliseconds: 500, kills: 2 })
    expect(race).toMatchObject({ kills: 2, revoked: 0, lost: {} })
  }, 60_000)

  test('a test that can fail: with leases for everybody, logins are lost', async () => {
    const { lost, revoked } = await raceRefresh({ ...terms, milliseconds: 1_000, isWithoutLeases: true })
    expect(revoked).toBeGreaterThan(0)
    expect(Object.keys(lost)).not.toEqual([])
  }, 60_000)

  test('one request for many opens at once', async () => {
    const { requests, answers } = await raceOpens({ processes: 3, opens: 600, latency: [30, 150] })
    expect(requests).toBe(1)
    expect(Object.values(answers)).toEqual([600])
    expect(Object.keys(answers)).toEqual([expect.stringMatching(/^access-/)])
  }, 60_000)
})
