import { expect, test } from 'vitest'
import { readConfiguration } from '../src/configuration.ts'

const DATABASE_URL = 'postgres://localhost/app'

test('a database is enough for the sandbox', () => {
  expect(readConfiguration({ DATABASE_URL })).toMatchObject({
    isLive: false,
    keys: null,
    schwab: null,
    concurrency: 10,
  })
})

test('a worker does not start live without the keys that open what the app sealed', () => {
  const live = { DATABASE_URL, FINPORT_MODE: 'live' }
  expect(() => readConfiguration(live)).toThrow('FINPORT_KEYS')
  expect(readConfiguration({ ...live, FINPORT_KEYS: 'k1:text' })).toMatchObject({ isLive: true, keys: 'k1:text' })
})

test('what can not be used is named, and its value is not', () => {
  const read = () => readConfiguration({ DATABASE_URL: 'mysql://user:canary@localhost', CONCURRENCY: 'many' })
  expect(read).toThrow(/DATABASE_URL: .*\nCONCURRENCY: /)
  expect(read).not.toThrow('canary')
})
