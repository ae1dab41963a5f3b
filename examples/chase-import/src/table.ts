import { styleText } from 'node:util'
import stringWidth from 'string-width'

export type Column = {
  title: string
  align?: 'right'
  /** Its cells are cut when the table would be wider than the terminal. */
  isFlexible?: boolean
  style?: (cell: string) => string
}

const GAP = '  '
const NARROWEST = 12
const graphemes = new Intl.Segmenter()

export function renderTable(columns: Column[], rows: string[][], width: number): string[] {
  const cells = rows.map((row) => row.map(printable))
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[index] ?? ''))),
  )
  const excess = widths.reduce((sum, each) => sum + each, GAP.length * (columns.length - 1)) - width
  if (excess > 0) {
    columns.forEach(({ isFlexible }, index) => {
      if (isFlexible) widths[index] = Math.max(NARROWEST, (widths[index] ?? 0) - excess)
    })
  }
  const toLine = (row: string[], style: (cell: string, column: Column) => string) =>
    columns
      .map((column, index) => {
        const cellWidth = widths[index] ?? 0
        const cell = cut(row[index] ?? '', cellWidth)
        const padding = ' '.repeat(cellWidth - stringWidth(cell))
        return column.align === 'right' ? padding + style(cell, column) : style(cell, column) + padding
      })
      .join(GAP)
      .trimEnd()
  return [
    toLine(
      columns.map(({ title }) => title),
      (title) => styleText('dim', title),
    ),
    styleText('dim', widths.map((each) => '─'.repeat(each)).join(GAP)),
    ...cells.map((row) => toLine(row, (cell, { style }) => (style === undefined ? cell : style(cell)))),
  ]
}

/** A file must not steer the terminal: control and invisible characters are left out. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '')
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
