import { styleText } from 'node:util'

const GAP = '  '
const isNumber = (cell: string) => /^[-+]?\$?[\d,.]+%?$/.test(cell) || cell === ''

/** Prints rows under their titles. Columns of numbers stand to the right. */
export function printTable(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const isRight = columns.map((_, index) => rows.every((row) => isNumber(row[index] ?? '')))
  const toLine = (row: readonly string[]) =>
    widths
      .map((width, index) => {
        const cell = row[index] ?? ''
        return isRight[index] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join(GAP)
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP)
  const lines = [
    styleText('bold', title),
    styleText('dim', toLine(columns)),
    styleText('dim', rule),
    ...rows.map(toLine),
  ]
  console.log(`\n${lines.join('\n')}`)
}
