import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/workspace.ts'
import { find, page, tableIn } from './reliability/table.ts'

test('whatever goes wrong with Files, it comes to what docs/reliability.md says', { timeout: 120_000 }, async () => {
  const { wrong, table, trials } = await find('Files')
  expect(wrong).toEqual([])
  expect(trials).toBeGreaterThan(50)
  expect(table, 'pnpm reliability writes it').toBe(tableIn(readFileSync(join(root, page), 'utf8'), 'Files'))
})
