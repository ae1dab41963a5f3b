import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { type Column, renderTable } from '../src/table.ts'

const columns: Column[] = [
  { title: 'Date' },
  { title: 'Description', isFlexible: true },
  { title: 'Amount', align: 'right' },
]
const render = (rows: string[][], width: number) =>
  renderTable(columns, rows, width).map((line) => stripVTControlCharacters(line))

describe('renderTable', () => {
  test('takes as much room as its cells', () => {
    expect(render([['2026-08-20', 'BOOKS', '-12.30']], 100)).toEqual([
      'Date        Description  Amount',
      '──────────  ───────────  ──────',
      '2026-08-20  BOOKS        -12.30',
    ])
  })

  test('cuts what is too long for the terminal', () => {
    const lines = render([['2026-08-20', 'TWELVE OAKS VETERINARY CLINIC', '-12.30']], 40)
    expect(lines.at(-1)).toBe('2026-08-20  TWELVE OAKS VETERIN…  -12.30')
  })

  test('measures and cuts wide characters', () => {
    const lines = render([['2026-08-20', '東京駅前第一書店株式会社', '-12.30']], 36)
    expect(lines.map((line) => stringWidth(line))).toEqual([36, 36, 36])
    expect(lines.at(-1)).toBe('2026-08-20  東京駅前第一書…   -12.30')
  })

  test('leaves out what would steer the terminal', () => {
    expect(render([['2026-08-20', 'BOO\u001b[31m\u202eKS', '1.00']], 100).at(-1)).toContain('BOO[31mKS')
  })
})
