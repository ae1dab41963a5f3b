/**
 * The outcome of everything in Finport that can fail: {@link Ok} with a value or {@link Err} with an error. Nothing rejects and nothing throws,
 * apart from programmer's mistakes.
 *
 * The types are nominal, so an application needs one copy of `@finport/core`: that is why it is a peer dependency of every other
 * package. `Result`, `Ok` and `Err` come from [ts-results-es](https://ts-results-es.readthedocs.io) and have all of its methods (`map`,
 * `andThen`, `unwrapOr`, …).
 *
 * @example
 * ```ts
 * import { Decimal } from '@finport/core'
 *
 * const amount = Decimal.parse('-530,86')
 * if (amount.isErr()) console.error(amount.error)
 * else console.log(amount.value) // -530.86
 * ```
 */
export { Err, Ok, Result } from 'ts-results-es'
