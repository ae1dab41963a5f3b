import { createCipheriv, createDecipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cipher } from '../src/index.ts'
import { EncryptionService, nobleCipher } from '../src/index.ts'
import { nodeCipher } from '../src/node-cipher.ts'
import { keyOf } from './fixtures.ts'

const ciphers: [string, Cipher][] = [
  ['noble', nobleCipher],
  ['node', nodeCipher],
]
const bytesOf = (hexadecimal: string) => Uint8Array.from(Buffer.from(hexadecimal, 'hex'))
const hexadecimalOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** RFC 5869, appendix A.1 to A.3. */
const derivations = [
  {
    key: '0b'.repeat(22),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    key: hexadecimalOf(Uint8Array.from({ length: 80 }, (_, index) => index)),
    salt: hexadecimalOf(Uint8Array.from({ length: 80 }, (_, index) => 0x60 + index)),
    info: hexadecimalOf(Uint8Array.from({ length: 80 }, (_, index) => 0xb0 + index)),
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    key: '0b'.repeat(22),
    salt: '',
    info: '',
    output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
]

/** The cases of the GCM specification (McGrew and Viega, appendix B) for keys of 256 bits and nonces of 96: 13 to 16. */
const messages = [
  { key: '00'.repeat(32), nonce: '00'.repeat(12), plaintext: '', data: '', sealed: '530f8afbc74536b9a963b4f1c4cb738b' },
  {
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plaintext: '00'.repeat(16),
    data: '',
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    plaintext:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    data: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  },
]

describe.each(ciphers)('the %s cipher', (_, cipher) => {
  test.each(derivations)('derives as RFC 5869 says', ({ key, salt, info, output }) => {
    const bits = cipher.deriveBits(bytesOf(key), bytesOf(salt), bytesOf(info), output.length / 2)
    expect(hexadecimalOf(bits)).toBe(output)
  })

  test.each(messages)('seals and opens as the specification of GCM says', ({ key, nonce, plaintext, data, sealed }) => {
    const message = cipher.seal(bytesOf(key), bytesOf(nonce), bytesOf(plaintext), bytesOf(data))
    expect(hexadecimalOf(message)).toBe(sealed)
    const opened = cipher.open(bytesOf(key), bytesOf(nonce), bytesOf(sealed), bytesOf(data))
    expect(hexadecimalOf(opened as Uint8Array)).toBe(plaintext)
  })

  test('takes a key in: what is done to its bytes afterwards does not matter', () => {
    const raw = keyOf(7)
    const key = cipher.importKey(raw)
    const sealed = cipher.seal(key, new Uint8Array(12), Uint8Array.of(1), new Uint8Array())
    raw.fill(0)
    expect(cipher.open(key, new Uint8Array(12), sealed, new Uint8Array())).toEqual(Uint8Array.of(1))
    expect(cipher.open(keyOf(7), new Uint8Array(12), sealed, new Uint8Array())).toEqual(Uint8Array.of(1))
  })

  test('takes keys and nonces of their sizes alone', () => {
    const [key, nonce, nothing] = [keyOf(1), new Uint8Array(12), new Uint8Array()]
    for (const length of [0, 16, 24, 31, 33]) {
      const other = new Uint8Array(length)
      expect(() => cipher.importKey(other)).toThrow(TypeError)
      expect(() => cipher.seal(other, nonce, nothing, nothing)).toThrow(TypeError)
      expect(() => cipher.open(other, nonce, new Uint8Array(16), nothing)).toThrow(TypeError)
      expect(() => cipher.seal(key, other, nothing, nothing)).toThrow(TypeError)
      expect(() => cipher.open(key, other, new Uint8Array(16), nothing)).toThrow(TypeError)
    }
  })

  test('does not open what is shorter than a tag', () => {
    for (const length of [0, 1, 15])
      expect(cipher.open(keyOf(1), new Uint8Array(12), new Uint8Array(length), new Uint8Array())).toBeNull()
  })
})

test('the ciphers give the same bytes', () => {
  fc.assert(
    fc.property(bytes(32), bytes(12), fc.uint8Array(), fc.uint8Array(), bytes(32), (key, nonce, text, data, salt) => {
      const [noble, node] = [nobleCipher, nodeCipher].map((cipher) => ({
        sealed: cipher.seal(cipher.importKey(key), nonce, text, data),
        derived: cipher.deriveBits(cipher.importKey(key), salt, data, 64),
      }))
      expect(noble).toEqual(node)
    }),
  )
})

describe.each(ciphers)('EncryptionService with the %s cipher', (_, cipher) => {
  const create = (byte = 1) => EncryptionService.create(keyOf(byte), { cipher }).unwrap()

  test('messages are those of any AES-256-GCM: a nonce of 12 bytes, the ciphertext, a tag of 16', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.option(fc.uint8Array(), { nil: undefined }), (text, associatedData) => {
        const message = create().encryptBytes(text, { associatedData }).unwrap()
        expect(message).toHaveLength(12 + text.length + 16)
        const reader = createDecipheriv('aes-256-gcm', keyOf(1), message.subarray(0, 12))
        reader.setAAD(associatedData ?? new Uint8Array()).setAuthTag(message.subarray(-16))
        const read = Buffer.concat([reader.update(message.subarray(12, -16)), reader.final()])
        expect(Uint8Array.from(read)).toEqual(text)

        const nonce = new Uint8Array(12).fill(5)
        const writer = createCipheriv('aes-256-gcm', keyOf(1), nonce).setAAD(associatedData ?? new Uint8Array())
        const written = Buffer.concat([nonce, writer.update(text), writer.final(), writer.getAuthTag()])
        expect(create().decryptBytes(written, { associatedData }).unwrap()).toEqual(text)
      }),
    )
  })

  test('nonces never come twice', () => {
    const service = create()
    const nonces = Array.from({ length: 1_000 }, () => service.encryptBytes(new Uint8Array()).unwrap().subarray(0, 12))
    expect(new Set(nonces.map(hexadecimalOf)).size).toBe(1_000)
  })

  test('a message changed in any bit, cut anywhere or made longer is refused', () => {
    const service = create()
    const message = service.encryptBytes(Uint8Array.of(1, 2, 3, 4), { associatedData: Uint8Array.of(9) }).unwrap()
    const refused = (bytes: Uint8Array, associatedData = Uint8Array.of(9)) =>
      expect(service.decryptBytes(bytes, { associatedData }).unwrapErr()).toMatchObject({
        code: 'DECRYPTION_FAILED',
        reason: 'not_authentic',
      })
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = Uint8Array.from(message)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      refused(changed)
    }
    for (let length = 0; length < message.length; length++) refused(message.subarray(0, length))
    refused(Uint8Array.of(...message, 0))
    refused(message, Uint8Array.of(8))
    refused(message, new Uint8Array())
    expect(
      create(2)
        .decryptBytes(message, { associatedData: Uint8Array.of(9) })
        .isErr(),
    ).toBe(true)
    expect(service.decryptBytes('text' as unknown as Uint8Array).isErr()).toBe(true)
  })

  test('records are JSON', () => {
    const service = create()
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<never>), (record) => {
        const read = service.decrypt(service.encrypt(record).unwrap()).unwrap()
        expect(JSON.stringify(read)).toBe(JSON.stringify({ ...record }))
      }),
    )
    expect(service.encrypt({ a: 1n as unknown as number }).unwrapErr().code).toBe('ENCRYPTION_FAILED')
    for (const text of ['[1]', '1', 'null', '"a"', '{', ''])
      expect(service.decrypt(service.encryptBytes(Buffer.from(text)).unwrap()).unwrapErr().code).toBe(
        'CREDENTIALS_UNREADABLE',
      )
    const latin1 = service.encryptBytes(Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d)).unwrap()
    expect(service.decrypt(latin1).unwrapErr().code).toBe('CREDENTIALS_UNREADABLE')
  })
})

test.each([0, 16, 24, 31, 33, 64])('a key of %i bytes is refused', (length) => {
  expect(EncryptionService.create(new Uint8Array(length)).unwrapErr()).toMatchObject({
    code: 'ENCRYPTION_KEY_INVALID',
    reason: 'wrong_length',
  })
})

test('a key that is no bytes is refused', () => {
  for (const key of ['0'.repeat(32), null, undefined, Array(32).fill(0)])
    expect(EncryptionService.create(key as unknown as Uint8Array).isErr()).toBe(true)
})
