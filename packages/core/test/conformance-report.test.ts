import { expect, test } from 'vitest'
import { providerConformance, runConformance, toConformanceReport } from '../src/conformance/index.ts'
import { Err } from '../src/index.ts'
import { taskListHarness } from './conformance/conforming-providers.ts'
import { spoiled, unavailable } from './conformance/spoil.ts'

test('a report names every case, what was wrong with it, and how many pass', async () => {
  const cases = providerConformance(spoiled.taskList(() => ({ revoke: async () => Err(unavailable('Out of order.')) })))
  expect(toConformanceReport(await runConformance(cases))).toBe(
    [
      '✓ names itself: protocol, slug and metadata',
      '✓ has each capability whole or not at all',
      '✓ parses good credentials into those its metadata names',
      '✓ takes the credentials that it gave, as a vault hands them back',
      '✓ refuses bad credentials with PROVIDER_INVALID_INPUT',
      '✗ revokes, and twice is no error',
      '    revoke gave PROVIDER_UNAVAILABLE: Out of order.',
      '✓ shows no secret of its settings or credentials when printed',
      '',
      '1 of 7 cases fail.',
    ].join('\n'),
  )
})

test('a report says when all is well', async () => {
  const results = await runConformance(providerConformance(taskListHarness))
  expect(results.every(({ problem }) => problem === null)).toBe(true)
  expect(toConformanceReport(results)).toMatch(/\n\nAll 7 cases pass\.$/)
})

test('cases run one after the other, and whatever they throw is a problem', async () => {
  const order: string[] = []
  const results = await runConformance([
    {
      name: 'slow',
      async run() {
        await Promise.resolve()
        order.push('slow')
      },
    },
    {
      name: 'no error',
      run() {
        order.push('no error')
        return Promise.reject('a text')
      },
    },
    {
      name: 'two lines',
      async run() {
        throw new Error('First.\nSecond.')
      },
    },
  ])
  expect(order).toEqual(['slow', 'no error'])
  expect(results.map(({ problem }) => problem)).toEqual([null, 'The case failed without an error.', 'First.\nSecond.'])
  expect(toConformanceReport(results)).toContain('✗ two lines\n    First.\n    Second.')
})
