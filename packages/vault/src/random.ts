/** Gives so many bytes that nobody can guess. */
export type RandomBytes = (length: number) => Uint8Array

/** So many bytes of a host's source, and no others: with fewer, nothing that is sealed could be opened. */
export function checkedRandomBytes(source: RandomBytes): RandomBytes {
  return (length) => {
    const bytes = source(length)
    if (!(bytes instanceof Uint8Array) || bytes.length !== length)
      throw new TypeError(`randomBytes must give a Uint8Array of ${length} bytes.`)
    return bytes
  }
}

/** The platform's own. */
export const platformRandomBytes: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

const POOL_BYTES = 1_024

/** The platform's own, fetched for some dozen salts at a time: each fetch is a call of the system. What is given out is not kept. */
export function createRandomPool(): RandomBytes {
  let pool = new Uint8Array()
  let used = 0
  return (length) => {
    if (length > POOL_BYTES) return platformRandomBytes(length)
    if (used + length > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(POOL_BYTES))
      used = 0
    }
    const bytes = pool.slice(used, used + length)
    pool.fill(0, used, used + length)
    used += length
    return bytes
  }
}
