import { pow } from '@noble/curves/abstract/modular.js'
import { montgomery } from '@noble/curves/abstract/montgomery.js'

const P = 2n ** 255n - 19n

/**
 * X25519, RFC 7748 section 5. The library's own, in `ed25519.js`, builds tables for Ed25519 when it is imported: a tenth of the time that importing all of Finport takes, for signatures that nobody makes
 * here.
 */
export const x25519 = montgomery({
  P,
  type: 'x25519',
  powPminus2: (x) => pow(x, P - 2n, P),
  adjustScalarBytes(scalar: Uint8Array) {
    scalar[0] = (scalar[0] as number) & 248
    scalar[31] = ((scalar[31] as number) & 127) | 64
    return scalar
  },
})
