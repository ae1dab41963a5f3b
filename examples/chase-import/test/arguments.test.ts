import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/arguments.ts'

describe('parseArguments', () => {
  test.each([
    { args: [], expected: { kind: 'import', files: [], json: false, accountId: undefined } },
    {
      args: ['a.qfx', '--json', 'b.qfx'],
      expected: { kind: 'import', files: ['a.qfx', 'b.qfx'], json: true, accountId: undefined },
    },
    {
      args: ['--files', '--', '--a.qfx'],
      expected: { kind: 'import', files: ['--a.qfx'], json: false, accountId: undefined },
    },
    { args: ['--files', '--json'], expected: { kind: 'unusable', reason: 'No file is named.' } },
    { args: ['--files', '-h'], expected: { kind: 'help' } },
    { args: ['--csv'], expected: { kind: 'unusable', reason: "Unknown option '--csv'" } },
  ])('$args', ({ args, expected }) => {
    expect(parseArguments(args)).toEqual(expected)
  })
})
