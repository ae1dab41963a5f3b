/** Numbers that look random and are the same in every run. */
export type Random = {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number
  pick<T>(list: readonly T[]): T
}

/** Marsaglia's xorshift with a multiplication behind it, on 32 bits. */
export function createRandom(seed: number): Random {
  let state = seed
  const below = (limit: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.floor(((Math.imul(state, 0x9e3779b1) >>> 0) / 2 ** 32) * limit)
  }
  return { below, pick: <T>(list: readonly T[]) => list[below(list.length)] as T }
}
