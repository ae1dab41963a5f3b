import type { ContestantName } from './contestants.ts'
import type { InputName } from './inputs/input-files.ts'
import type { Results } from './results.ts'

/** What must come out. */
export type Goal = {
  readonly statement: string
  readonly figure: (results: Results) => number
  readonly bound: { readonly atLeast: number } | { readonly atMost: number }
}

/** Who reads a file, and what must come out. */
export type Contest = { readonly contestants: readonly ContestantName[]; readonly goals: readonly Goal[] }

const ours = 'finport, streamed'

function isFaster(than: ContestantName, atLeast: number): Goal {
  return {
    statement: `${than} takes at least ${atLeast} × as long as ${ours}`,
    figure: ({ timeRatio }) => timeRatio(than, ours),
    bound: { atLeast },
  }
}

function isFlat(atMost: number): Goal {
  return {
    statement: `${ours} has at most ${atMost} MB more than a bare node`,
    figure: ({ megabytesAboveBare }) => megabytesAboveBare(ours),
    bound: { atMost },
  }
}

/** Finport against papaparse and a mapper, each of them fed the same way. */
function isClose(way: 'streamed' | 'bytes in memory' | 'collected'): Goal[] {
  const mine = `finport, ${way}` as const
  const theirs = `papaparse + mapper, ${way}` as const
  return [
    {
      statement: `${mine} takes at most 1.3 × as long as papaparse + mapper`,
      figure: ({ timeRatio }) => timeRatio(mine, theirs),
      bound: { atMost: 1.3 },
    },
    {
      statement: `${mine} has at most 1.1 × the memory of papaparse + mapper`,
      figure: ({ megabytesAboveBare }) => megabytesAboveBare(mine) / megabytesAboveBare(theirs),
      bound: { atMost: 1.1 },
    },
  ]
}

const finport = ['finport, streamed', 'finport, bytes in memory', 'finport, collected'] as const

/** All of them, by the file that is read. */
export const contests: Record<InputName, Contest> = {
  sgml: {
    contestants: [...finport, 'ofx-js parse', '@f-o-t/ofx parseStream', 'decoding only'],
    goals: [isFaster('ofx-js parse', 18), isFaster('@f-o-t/ofx parseStream', 3.5), isFlat(90)],
  },
  // Of a file of OFX 2.x, @f-o-t/ofx parseStream gives no transaction, and that after minutes.
  xml: {
    contestants: [...finport, 'ofx-js parse', 'decoding only'],
    goals: [isFaster('ofx-js parse', 5), isFlat(90)],
  },
  card: {
    contestants: [...finport, 'ofx-js parse', '@f-o-t/ofx parseStream', 'decoding only'],
    goals: [isFaster('ofx-js parse', 18), isFaster('@f-o-t/ofx parseStream', 3.5), isFlat(90)],
  },
  // Of investments, @f-o-t/ofx reads nothing.
  investment: {
    contestants: [...finport, 'ofx-js parse', 'decoding only'],
    goals: [isFaster('ofx-js parse', 18), isFlat(90)],
  },
  csv: {
    contestants: [
      ...finport,
      'papaparse + mapper, streamed',
      'papaparse + mapper, bytes in memory',
      'papaparse + mapper, collected',
      'papaparse, rows only',
      'decoding only',
    ],
    goals: [...isClose('streamed'), ...isClose('bytes in memory'), ...isClose('collected')],
  },
}
