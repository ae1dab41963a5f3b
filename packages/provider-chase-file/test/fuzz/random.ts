/** Random choices that a seed repeats. */
export type Random = {
  /** An integer from 0 up to, not including, `bound`. */
  below(bound: number): number
  /** Whether, `share` times out of one. */
  chance(share: number): boolean
  pick<T>(choices: readonly T[]): T
}

/** Mulberry32: small, fast and good enough for choosing what to break. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    chance: (share) => next() < share,
    pick(choices) {
      if (choices.length === 0) throw new RangeError('There is nothing to pick from.')
      return choices[below(choices.length)] as (typeof choices)[number]
    },
  }
}
