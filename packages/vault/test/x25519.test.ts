import { x25519 as reference } from '@noble/curves/ed25519.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { x25519 } from '../src/x25519.ts'

const key = () => fc.uint8Array({ minLength: 32, maxLength: 32 })

/** A number of 32 bytes, little-endian. */
function bytesOf(number: bigint): Uint8Array {
  return hexToBytes(number.toString(16).padStart(64, '0')).reverse()
}

/** The secret, or the words of the refusal. */
function secretOf({ getSharedSecret }: typeof x25519, scalar: Uint8Array, point: Uint8Array) {
  try {
    return getSharedSecret(scalar, point)
  } catch (error) {
    return (error as Error).message
  }
}

describe('X25519', () => {
  // RFC 7748, sections 5.2 and 6.1.
  test.each([
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
    [
      '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    ],
  ])('gives the secret of the specification for %s', (scalar, point, secret) => {
    expect(x25519.getSharedSecret(hexToBytes(scalar), hexToBytes(point))).toEqual(hexToBytes(secret))
  })

  test("has the library's secrets and public keys for any bytes", () => {
    fc.assert(
      fc.property(key(), key(), (scalar, point) => {
        const before = Uint8Array.from(scalar)
        expect(secretOf(x25519, scalar, point)).toEqual(secretOf(reference, scalar, point))
        expect(x25519.getPublicKey(scalar)).toEqual(reference.getPublicKey(scalar))
        expect(scalar).toEqual(before)
      }),
    )
  })

  test('refuses points whose secret everybody knows', () => {
    const p = 2n ** 255n - 19n
    for (const point of [0n, 1n, p - 1n, p, p + 1n].map(bytesOf))
      expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(7), point)).toThrow()
  })
})
