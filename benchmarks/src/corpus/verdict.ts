import type { Expectation } from './expectation.ts'
import type { Reading } from './reading.ts'

/**
 * Whether a file was read right, in count and sum:
 * - `right`
 * - `rejected`: right, but for rows that can't be used; each is told of with its reason
 * - `refused`: there is no transaction in the file, and the reader says why
 * - `wrong`
 */
export type Verdict = 'right' | 'rejected' | 'refused' | 'wrong'

/** Judges a reading. */
export function judge(reading: Reading, expected: Expectation): Verdict {
  if (reading.problem !== null) return expected.rows === 0 ? 'refused' : 'wrong'
  if (reading.sum !== expected.sum) return 'wrong'
  if (reading.rows === expected.rows) return 'right'
  return reading.rows + reading.rejected.length === expected.rows ? 'rejected' : 'wrong'
}
