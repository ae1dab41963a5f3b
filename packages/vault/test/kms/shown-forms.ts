import { inspect } from 'node:util'
import { expect } from 'vitest'

/** A data key whose bytes can be told in any form. */
export const markedDataKey = () => new TextEncoder().encode('data-key-canary-data-key-canary-')

const start = Buffer.from(markedDataKey()).subarray(0, 12)
const hidden = [
  'canary',
  'arn:aws',
  '127.0.0.1',
  'localhost',
  start.toString('base64'),
  start.toString('hex'),
  start.join(','),
]

function formsOf(value: unknown): string[] {
  const everything = { depth: 20, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }
  return [
    JSON.stringify(value) ?? '',
    JSON.stringify(value, Object.getOwnPropertyNames(value)) ?? '',
    inspect(value),
    inspect(value, everything),
    inspect(value, { ...everything, customInspect: false }),
    String(value),
    String((value as Error).stack),
    String((value as Error).message),
  ]
}

/** Bytes are told by their numbers alone, however they are set out. */
const INDEXES_AND_BLANKS = /"\d+":|\s/g

/** Nothing marked as a secret is in any form of it. */
export function expectNothingShown(error: unknown): void {
  for (const form of formsOf(error))
    for (const secret of hidden)
      expect(form.replace(INDEXES_AND_BLANKS, '').toLowerCase()).not.toContain(secret.toLowerCase())
  expect(error).not.toHaveProperty('cause')
}
