import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../src/index.ts'

const canary = 'canary-5d1e'
const secret = new Secret(canary)
const nested = new Secret({ token: canary, list: [canary] })

test('a secret is shown to who asks for it', () => {
  expect(secret.reveal()).toBe(canary)
  expect(nested.reveal()).toEqual({ token: canary, list: [canary] })
})

const thrown = (call: () => unknown) => {
  try {
    return String(call())
  } catch (error) {
    return inspect(error, { showHidden: true, depth: 9 })
  }
}

test.each<[string, (value: Secret<unknown>) => string]>([
  ['a text', String],
  ['a template', (value) => `${value}`],
  ['JSON', (value) => JSON.stringify({ value, list: [value] })],
  ['inspect', (value) => inspect({ value }, { depth: 9, showHidden: true, showProxy: true })],
  ['inspect without its own hook', (value) => inspect(value, { customInspect: false, showHidden: true, depth: 9 })],
  ['console.log', (value) => format('%s %o %O %j %d', value, value, value, value, value)],
  ['a sum', (value) => (value as unknown as string) + 1],
  ['a clone', (value) => inspect(structuredClone(value), { showHidden: true })],
  ['a copy', (value) => inspect({ ...value }, { showHidden: true })],
  ['its keys', (value) => Reflect.ownKeys(value).map(String).join()],
  ['an error', (value) => inspect(new Error(`no ${value}`, { cause: value }), { depth: 9, showHidden: true })],
  ['a mistake', (value) => thrown(() => (value as unknown as { none(): void }).none())],
  ['a locale', (value) => value.toLocaleString()],
])('%s of a secret does not show it', (_, print) => {
  for (const value of [secret, nested]) expect(print(value)).not.toContain('canary')
})
