/** Says of each key how often it came before. */
export type OccurrenceCounter = { next(low: number, high: number): number }

const FIRST_CAPACITY = 16
/** Words of a slot: both halves of the key, and how often it came. */
const SLOT = 3

/**
 * A counter for keys of 64 well mixed bits in two halves: a hash table with open addressing in one typed array, which takes a tenth of the time and memory of a Map of texts.
 *
 * @param expected how many keys are likely to come. More may.
 */
export function createOccurrenceCounter(expected: number): OccurrenceCounter {
  let capacity = FIRST_CAPACITY
  while (capacity <= 2 * expected) capacity *= 2
  let slots = new Int32Array(capacity * SLOT)
  let used = 0

  const find = (low: number, high: number): number => {
    let index = ((low ^ high) & (capacity - 1)) * SLOT
    while (slots[index + 2] !== 0 && (slots[index] !== low || slots[index + 1] !== high)) {
      index += SLOT
      if (index === slots.length) index = 0
    }
    return index
  }

  const put = (index: number, low: number, high: number, count: number) => {
    slots[index] = low
    slots[index + 1] = high
    slots[index + 2] = count
  }

  const grow = () => {
    const old = slots
    capacity *= 2
    slots = new Int32Array(capacity * SLOT)
    for (let from = 0; from < old.length; from += SLOT) {
      const low = old[from] as number
      const high = old[from + 1] as number
      const count = old[from + 2] as number
      if (count !== 0) put(find(low, high), low, high, count)
    }
  }

  return {
    next(low, high) {
      const index = find(low, high)
      const count = slots[index + 2] as number
      put(index, low, high, count + 1)
      if (count === 0 && ++used > capacity / 2) grow()
      return count
    },
  }
}
