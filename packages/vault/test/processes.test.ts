import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentialRepositoryConformance } from '@finport/core/conformance'
import { describe, expect, test } from 'vitest'
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
