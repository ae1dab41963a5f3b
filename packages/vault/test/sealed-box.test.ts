import fc from 'fast-check'
import sodium from 'libsodium-wrappers'
import { beforeAll, describe, expect, test } from 'vitest'
import { generateSealedBoxKeys, sealedBox } from '../src/index.ts'

const { publicKey, secretKey } = generateSealedBoxKeys()
const box = sealedBox({ publicKey, secretKey }).unwrap()
const other = generateSealedBoxKeys()

beforeAll(() => sodium.ready)

describe('a sealed box', () => {
  test("is libsodium's, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const ours = box.seal(bytes).unwrap()
        expect(ours).toHaveLength(bytes.length + sodium.crypto_box_SEALBYTES)
        expect(sodium.crypto_box_seal_open(ours, publicKey, secretKey)).toEqual(bytes)
        expect(box.open(sodium.crypto_box_seal(bytes, publicKey)).unwrap()).toEqual(bytes)
      }),
    )
  })

  test("has libsodium's keys", () => {
    const keys = sodium.crypto_box_keypair()
    const theirs = sealedBox({ publicKey: keys.publicKey, secretKey: keys.privateKey }).unwrap()
    expect(theirs.open(theirs.seal(Uint8Array.of(1)).unwrap()).unwrap()).toEqual(Uint8Array.of(1))
    expect(sodium.crypto_scalarmult_base(secretKey)).toEqual(publicKey)
  })

  test('seals the same otherwise each time', () => {
    const messages = Array.from({ length: 50 }, () => box.seal(Uint8Array.of(1)).unwrap().toString())
    expect(new Set(messages).size).toBe(50)
  })

  test('can be sealed without the secret key, and not opened', () => {
    const writer = sealedBox({ publicKey }).unwrap()
    expect(writer.canOpen).toBe(false)
    const message = writer.seal(Uint8Array.of(7)).unwrap()
    expect(writer.open(message).unwrapErr()).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'key_only_seals' })
    expect(box.canOpen).toBe(true)
    expect(box.open(message).unwrap()).toEqual(Uint8Array.of(7))
  })

  test('refuses what was changed in any bit, cut anywhere, made longer, or is for another', () => {
    const message = box.seal(Uint8Array.of(1, 2, 3)).unwrap()
    const refused = (bytes: Uint8Array) =>
      expect(box.open(bytes).unwrapErr()).toMatchObject({ code: 'DECRYPTION_FAILED', reason: 'not_authentic' })
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = Uint8Array.from(message)
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      refused(changed)
    }
    for (const length of [0, 1, 31, 32, 47, 48, message.length - 1]) refused(message.subarray(0, length))
    refused(Uint8Array.of(...message, 0))
    refused(sealedBox(other).unwrap().seal(Uint8Array.of(1)).unwrap())
    refused(new Uint8Array(80))
    refused('text' as unknown as Uint8Array)
  })

  test('shows no secret key', () => {
    const text = JSON.stringify(box) + Object.values(box).join()
    expect(text).not.toContain(secretKey.subarray(0, 6).join(','))
  })
})

describe('a key of a sealed box', () => {
  test.each([
    ['a short public key', { publicKey: new Uint8Array(31) }, 'wrong_length'],
    ['a long secret key', { publicKey, secretKey: new Uint8Array(33) }, 'wrong_length'],
    ['halves of two keys', { publicKey, secretKey: other.secretKey }, 'mismatched'],
    ['a public key of zeros', { publicKey: new Uint8Array(32) }, 'rejected'],
    ['a public key of small order', { publicKey: new Uint8Array(32).fill(1, 0, 1) }, 'rejected'],
  ])('%s is refused', (_, keys, problem) => {
    expect(sealedBox(keys).unwrapErr()).toMatchObject({ code: 'ENCRYPTION_KEY_INVALID', reason: problem })
  })
})
