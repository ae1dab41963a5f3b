import { expect, test } from 'vitest'
import { readConfiguration } from '../src/configuration.ts'

test('without an environment, it is the sandbox on this machine', () => {
  expect(readConfiguration({})).toMatchObject({
    isLive: false,
    origin: 'http://127.0.0.1:3000',
    schwab: null,
    keys: null,
  })
})

test('behind a proxy, the origin is where browsers are', () => {
  expect(readConfiguration({ PUBLIC_URL: 'https://app.example.com/' }).origin).toBe('https://app.example.com')
})

test('what can not be used is named, and its value is not', () => {
  const read = () => readConfiguration({ PORT: 'eighty', SESSION_SECRET: 'too-short-to-show', FINPORT_MODE: 'test' })
  expect(read).toThrow(/PORT:.*\nFINPORT_MODE:.*\nSESSION_SECRET:/)
  expect(read).not.toThrow(/eighty|too-short-to-show/)
})
