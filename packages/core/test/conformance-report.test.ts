import { expect, test } from 'vitest'
import { providerConformance, runConformance, toConformanceReport } from '../src/conformance/index.ts'
import { Err, ProviderInvalidInputError } from '../src/index.ts'
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

test('what many cases found is told once, with the case that found it first', () => {
  const results = [
    { name: 'one', problem: 'First.\nSecond.' },
    { name: 'two', problem: null },
    { name: 'three', problem: 'First.\nSecond.' },
    { name: 'four', problem: 'Third.' },
  ]
  expect(toConformanceReport(results).split('\n')).toEqual([
    '✗ one',
    '    First.',
    '    Second.',
    '✓ two',
    '✗ three',
    '    The same as in: one',
    '✗ four',
    '    Third.',
    '',
    '3 of 4 cases fail.',
  ])
})

test('an error that came of an answer says with which status the institution answered', async () => {
  const refused = new ProviderInvalidInputError({
    provider: 'tasks',
    operation: 'revoke',
    status: 400,
    issues: [{ path: 'providerAccountId', reason: 'the provider does not accept it' }],
  })
  const cases = providerConformance(spoiled.taskList(() => ({ revoke: async () => Err(refused) })))
  expect(toConformanceReport(await runConformance(cases))).toContain(
    'revoke gave PROVIDER_INVALID_INPUT (the institution answered 400): ',
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
