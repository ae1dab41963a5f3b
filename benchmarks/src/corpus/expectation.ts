import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Decimal } from '@finport/core'

/** What is in a file of a corpus: its transactions, a REINVEST being one, and the sum of their amounts. */
export type Expectation = {
  readonly file: string
  /** Such as `bank`, `cc`, `inv` or `csv-card`. */
  readonly kind: string
  readonly isMalformed: boolean
  readonly rows: number
  readonly sum: Decimal
}

/** Reads the INDEX.tsv of a folder: a file a line, with what is in it by another count. */
export async function readExpectations(folder: string): Promise<Expectation[]> {
  const [, ...lines] = (await readFile(join(folder, 'INDEX.tsv'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const [file = '', , kind = '', rows, investments, total, investmentTotal, malformed = ''] = line.split('\t')
    return {
      file,
      kind: kind.replace(/^(?:v1|v2|nohdr)-/, ''),
      isMalformed: malformed.startsWith('yes'),
      rows: Number(rows) + Number(investments),
      sum: Decimal.add(decimalOf(total), decimalOf(investmentTotal)),
    }
  })
}

function decimalOf(text: string | undefined): Decimal {
  return Decimal.parse(text || '0').unwrap()
}
