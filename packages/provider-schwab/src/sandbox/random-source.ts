/** Texts that look random and are the same for the same seed, so that a test's tokens are those of yesterday. Of no use for secrets. */
export interface RandomSource {
  /** So many characters of base64url. */
  token(length: number): string
  /** A UUID of version 4. */
  uuid(): string
  /** So many hexadecimal digits in capitals. */
  hex(length: number): string
}

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Mulberry32, started with a hash of the seed. */
export function createRandomSource(seed: string): RandomSource {
  let state = 2_166_136_261
  for (let index = 0; index < seed.length; index++) state = Math.imul(state ^ seed.charCodeAt(index), 16_777_619)

  const next = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
  const of = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[next(alphabet.length)]).join('')

  return {
    token: (length) => of(BASE64_URL, length),
    hex: (length) => of('0123456789ABCDEF', length),
    uuid() {
      const digits = (length: number) => of('0123456789abcdef', length)
      return `${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`
    },
  }
}
