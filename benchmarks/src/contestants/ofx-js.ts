import { readFile } from 'node:fs/promises'
import { parse } from 'ofx-js'
import { centsOf } from '../inputs/tally.ts'
import type { Contestant } from './contestant.ts'
import { visitAmounts } from './ofx-tree.ts'

/** A tree of the whole file, of texts. */
export const tree: Contestant = async (path) => async () => {
  const tally = { rows: 0, cents: 0 }
  visitAmounts(await parse(await readFile(path, 'utf8')), (amount) => {
    tally.rows++
    tally.cents += centsOf(String(amount))
  })
  return tally
}
