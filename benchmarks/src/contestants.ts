import type { Contestant } from './contestants/contestant.ts'

/** Who reads, by the name in the tables. Each is loaded in its own process only, so that none pays for another's code. */
export const contestants = {
  'finport, streamed': async () => (await import('./contestants/finport.ts')).streamed,
  'finport, bytes in memory': async () => (await import('./contestants/finport.ts')).ofBytes,
  'finport, collected': async () => (await import('./contestants/finport.ts')).collected,
  'ofx-js parse': async () => (await import('./contestants/ofx-js.ts')).tree,
  '@f-o-t/ofx parseStream': async () => (await import('./contestants/fot-ofx.ts')).streamed,
  'papaparse + mapper, streamed': async () => (await import('./contestants/papaparse.ts')).mappedStream,
  'papaparse + mapper, bytes in memory': async () => (await import('./contestants/papaparse.ts')).mappedBytes,
  'papaparse + mapper, collected': async () => (await import('./contestants/papaparse.ts')).collected,
  'papaparse, rows only': async () => (await import('./contestants/papaparse.ts')).rowsOnly,
  'decoding only': async () => (await import('./contestants/decoder.ts')).decoder,
  'bare node': async () => async () => async () => null,
} satisfies Record<string, () => Promise<Contestant>>

/** The names of {@link contestants}. */
export type ContestantName = keyof typeof contestants

/** Whether a text is one of them. */
export function isContestantName(text: string | undefined): text is ContestantName {
  return text !== undefined && Object.hasOwn(contestants, text)
}
