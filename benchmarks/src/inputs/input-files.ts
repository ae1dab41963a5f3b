import { bankStatement } from './bank-statement.ts'
import { checkingCsv } from './checking-csv.ts'
import { type InputFile, type Pieces, writeInput } from './input-file.ts'
import { investmentStatement } from './investment-statement.ts'

type Recipe = {
  readonly title: string
  /** What it is called and how it is made, as large as it is said to be or as a small file to warm up with. */
  readonly fileName: string
  readonly pieces: (part: number) => Pieces
}

const recipes = {
  sgml: {
    title: 'Chase checking, QFX (SGML)',
    fileName: 'Chase4471_Activity_20261031.QFX',
    pieces: (part: number) => bankStatement('checking', 'sgml', 250_000 * part),
  },
  xml: {
    title: 'Chase checking, OFX 2.2 (XML)',
    fileName: 'Chase4471_Activity_20261031.OFX',
    pieces: (part: number) => bankStatement('checking', 'xml', 250_000 * part),
  },
  card: {
    title: 'Chase card, QFX (SGML)',
    fileName: 'Chase7713_Activity_20261031.QFX',
    pieces: (part: number) => bankStatement('card', 'sgml', 250_000 * part),
  },
  investment: {
    title: 'Investments, OFX (SGML)',
    fileName: 'Investment2290.OFX',
    pieces: (part: number) => investmentStatement(100_000 * part, 2_000 * part),
  },
  csv: {
    title: 'Chase checking, CSV',
    fileName: 'Chase4471_Activity_20261031.CSV',
    pieces: (part: number) => checkingCsv(420_000 * part),
  },
} satisfies Record<string, Recipe>

/** The files that are read. */
export type InputName = keyof typeof recipes

/** The names of {@link InputName}. */
export const inputNames = Object.keys(recipes) as InputName[]

/** A file to be read and timed, and one of its kind to warm up with. */
export type Input = { readonly title: string; readonly file: InputFile; readonly warmUp: InputFile }

const WARM_UP_PART = 0.04

/** Makes a file of a name: the same bytes each time. */
export function makeInput(name: InputName): Input {
  const { title, fileName, pieces }: Recipe = recipes[name]
  return {
    title,
    file: writeInput(fileName, pieces(1)),
    warmUp: writeInput(`warm-up/${fileName}`, pieces(WARM_UP_PART)),
  }
}
