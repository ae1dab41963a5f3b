import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Tally } from './tally.ts'

/** A file to be read, and what is in it. */
export type InputFile = { readonly path: string; readonly bytes: number; readonly tally: Tally }

/** The text of a file piece by piece, and what is in it. */
export type Pieces = Generator<string, Tally>

const BATCH = 1024 * 1024

/** Writes a file into a folder of the benchmarks' own among the temporary files. */
export function writeInput(name: string, pieces: Pieces): InputFile {
  const path = join(tmpdir(), 'finport-benchmarks', name)
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  let bytes = 0
  let waiting = ''
  try {
    for (;;) {
      const { done, value } = pieces.next()
      if (!done) waiting += value
      if (done || waiting.length > BATCH) {
        bytes += writeSync(file, waiting)
        waiting = ''
      }
      if (done) return { path, bytes, tally: value }
    }
  } finally {
    closeSync(file)
  }
}
