import type { Reader } from './reading.ts'

/** Who reads, by the name in the table. */
export const readers = {
  finport: async () => (await import('./finport.ts')).finport,
  'ofx-js': async () => (await import('./peers.ts')).ofxJs,
  'node-ofx-parser': async () => (await import('./peers.ts')).nodeOfxParser,
  'ofx-data-extractor': async () => (await import('./peers.ts')).ofxDataExtractor,
  '@f-o-t/ofx parseBuffer': async () => (await import('./peers.ts')).fotBuffer,
  '@f-o-t/ofx parseStream': async () => (await import('./peers.ts')).fotStream,
} satisfies Record<string, () => Promise<Reader>>

/** The names of {@link readers}. */
export type ReaderName = keyof typeof readers

/** The names of {@link ReaderName}. */
export const readerNames = Object.keys(readers) as ReaderName[]
