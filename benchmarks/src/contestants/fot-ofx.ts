import { Readable } from 'node:stream'
import { parseStream } from '@f-o-t/ofx'
import { centsOf } from '../inputs/tally.ts'
import type { Contestant } from './contestant.ts'
import { openStream } from './open-stream.ts'

/** One event per transaction, from a file stream. */
export const streamed: Contestant = async (path) => async () => {
  const tally = { rows: 0, cents: 0 }
  for await (const event of parseStream(Readable.toWeb(openStream(path)))) {
    if (event.type !== 'transaction') continue
    tally.rows++
    tally.cents += centsOf(event.data.TRNAMT)
  }
  return tally
}
