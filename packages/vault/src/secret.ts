const MASK = '[secret]'

/**
 * A value that shows itself only to who asks for it: as text, as JSON, printed, copied or in the message of an error it is a mask or nothing. For a host's own keys and tokens.
 *
 * @example
 * ```ts
 * import { Secret } from '@finport/vault'
 *
 * const token = new Secret('nobody-may-see')
 * console.log(token) // [secret]
 * console.log(`Bearer ${token}`) // Bearer [secret]
 * console.log(token.reveal()) // nobody-may-see
 * ```
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. */
  reveal(): T {
    return this.#value
  }

  /** A mask. */
  toString(): string {
    return MASK
  }

  /** A mask. */
  toJSON(): string {
    return MASK
  }

  /** A mask. */
  [Symbol.toPrimitive](): string {
    return MASK
  }

  /** What `console.log` prints: a mask. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}
