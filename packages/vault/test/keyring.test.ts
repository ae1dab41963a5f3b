import { inspect } from 'node:util'
import { createMemoryCredentialRepository } from '@finport/core'
import { describe, expect, test } from 'vitest'
import {
  createKeyring,
  createVault,
  generateKey,
  type Keyring,
  type KeyringKey,
  parseKeyring,
  parseKeys,
} from '../src/index.ts'
import { apiKey, connectorOf, keyOf, ref, reveal, secretKey } from './fixtures.ts'

const problemOf = (text: string) => parseKeyring(text).unwrapErr().reason

describe('a keyring from text', () => {
  test('has its keys in order: the first one seals', () => {
    const keyring = parseKeyring(`${generateKey('k2')},${generateKey('k1')}`).unwrap()
    expect(keyring).toEqual({ primaryId: 'k2', ids: ['k2', 'k1'] })
  })

  test('may have blanks and line breaks around its keys', () => {
    expect(parseKeyring(`\n ${generateKey('k2')} ,\r\n${generateKey('k1')}\n`).unwrap().ids).toEqual(['k2', 'k1'])
  })

  const good = generateKey().slice('k1:'.length)
  test.each([
    ['', 'missing'],
    [' \n', 'missing'],
    [good, 'malformed'],
    [`k1:${good},`, 'malformed'],
    [`k1:${good}:x`, 'malformed'],
    [`:${good}`, 'invalid_id'],
    [`k 1:${good}`, 'invalid_id'],
    [`${'k'.repeat(65)}:${good}`, 'invalid_id'],
    [`k1:${good},k1:${good}`, 'duplicate_id'],
    [`k1:${good}=`, 'invalid_encoding'],
    [`k1:${good.slice(0, -1)}+`, 'invalid_encoding'],
    [`k1:${good.slice(0, -1)}é`, 'invalid_encoding'],
    ['k1:', 'wrong_length'],
    [`k1:${good.slice(0, 40)}`, 'wrong_length'],
    [`k1:${good}AAAA`, 'wrong_length'],
  ])('%j is refused: %s', (text, problem) => {
    const error = parseKeyring(text).unwrapErr()
    expect(error).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: problem, userAction: 'fix_configuration' })
    for (const form of [JSON.stringify(error), inspect(error, { depth: 9, showHidden: true }), String(error)])
      expect(form).not.toContain(good.slice(0, 20))
  })

  test('a text whose last letter holds bits of no byte is refused', () => {
    expect(problemOf(`k1:${'A'.repeat(42)}B`)).toBe('invalid_encoding')
  })
})

test('keys of a text can stand behind others', () => {
  const keys = parseKeys(generateKey('old')).unwrap()
  expect(createKeyring([secretKey('new', 9), ...keys]).unwrap().ids).toEqual(['new', 'old'])
  expect(parseKeys('old').unwrapErr().reason).toBe('malformed')
})

describe('a new key', () => {
  test('is another each time and can be read', () => {
    const texts = Array.from({ length: 100 }, () => generateKey())
    expect(new Set(texts).size).toBe(100)
    for (const text of texts) expect(parseKeyring(text).unwrap().primaryId).toBe('k1')
  })

  test('has an id that fits', () => {
    expect(generateKey('2026-01.a_B')).toMatch(/^2026-01\.a_B:[\w-]{43}$/)
    for (const id of ['', 'a b', 'a:b', 'a,b', 'k'.repeat(65), 'ü']) expect(() => generateKey(id)).toThrow(RangeError)
  })
})

describe('a keyring from keys', () => {
  test.each<[string, KeyringKey[], string]>([
    ['none', [], 'missing'],
    ['an id with a colon', [secretKey('a:b')], 'invalid_id'],
    ['two of one id', [secretKey('a'), secretKey('a', 2)], 'duplicate_id'],
    ['31 bytes', [{ id: 'a', key: new Uint8Array(31) }], 'wrong_length'],
    ['text', [{ id: 'a', key: 'x'.repeat(32) as unknown as Uint8Array }], 'wrong_length'],
  ])('%s are refused', (_, keys, problem) => {
    expect(createKeyring(keys).unwrapErr()).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: problem })
  })

  test('shows no key in any form', () => {
    const key = new TextEncoder().encode('0123456789abcdef-key-canary-0123')
    const keyring = createKeyring([{ id: 'k1', key }]).unwrap()
    const vault = createVault({ keyring, credentials: createMemoryCredentialRepository() })
    for (const thing of [keyring, vault, { keyring }, structuredClone(keyring)])
      for (const form of [JSON.stringify(thing), inspect(thing, { depth: 12, showHidden: true }), `${thing}`]) {
        expect(form).not.toContain('canary')
        expect(form).not.toContain(key.subarray(0, 8).join(', '))
        expect(form).not.toContain(key.subarray(0, 8).join(','))
      }
  })

  test('copies its keys', async () => {
    const key = keyOf(3)
    const keyring = createKeyring([{ id: 'k1', key }]).unwrap()
    key.fill(0)
    const credentials = createMemoryCredentialRepository()
    await createVault({ keyring, credentials }).put(ref, apiKey)
    const other = createVault({ keyring: createKeyring([secretKey('k1', 3)]).unwrap(), credentials })
    expect((await other.use(ref, connectorOf('api_key'), reveal)).unwrap()).toEqual(apiKey)
  })

  test('another object is no keyring', () => {
    const credentials = createMemoryCredentialRepository()
    const keyring = { primaryId: 'k1', ids: ['k1'] } satisfies Keyring
    expect(() => createVault({ keyring, credentials })).toThrow(TypeError)
  })
})
