import papaparse from 'papaparse'

/** No row of a bank is longer. */
const LONGEST_ROW_BYTES = 4 * 1024

/** Where a row begins. Lines are counted from 1. */
export type RowPlace = { readonly line: number; readonly offset: number }

/** What is told of a file's rows, in their order. Cells are still bytes in text. */
export type RowEvents = {
  onRow(row: readonly string[], place: RowPlace): void
  /** A line that is no row: a quote is opened in it and never closed, or it does not end. */
  onBrokenLine(place: RowPlace): void
}

/** Splits a file, fed piece by piece, into rows. */
export type RowSplitter = {
  write(chunk: string): void
  end(): void
}

/**
 * Starts splitting. A row is a line: no layout of Chase's has line breaks in its cells. So a quote that is never closed costs its own line and nothing behind it.
 */
export function createRowSplitter({ onRow, onBrokenLine }: RowEvents): RowSplitter {
  let carried = ''
  let isInLongLine = false
  let offset = 0
  let line = 1

  const advance = (bytes: number) => {
    offset += bytes
    line++
  }

  const readLine = (text: string) => {
    const row = isBroken(text) ? null : rowOf(text)
    if (row === null) onBrokenLine({ line, offset })
    else if (!isEmpty(row)) onRow(row, { line, offset })
    advance(text.length)
  }

  /** Reads whole lines. As soon as a quote reaches over one, each line is read by itself. */
  const readLines = (text: string) => {
    let start = 0
    papaparse.parse<string[]>(text, {
      delimiter: ',',
      newline: '\n',
      step({ data, meta }, parser) {
        if (meta.cursor === start) return
        if (text.indexOf('\n', start) !== meta.cursor - 1) return parser.abort()
        if (meta.cursor - start > LONGEST_ROW_BYTES) onBrokenLine({ line, offset })
        else if (!isEmpty(data)) onRow(data, { line, offset })
        advance(meta.cursor - start)
        start = meta.cursor
      },
    })
    while (start < text.length) {
      const end = text.indexOf('\n', start) + 1
      readLine(text.slice(start, end))
      start = end
    }
  }

  return {
    write(chunk) {
      const text = carried + chunk
      const end = text.lastIndexOf('\n') + 1
      const start = isInLongLine ? text.indexOf('\n') + 1 : 0
      if (isInLongLine && end > 0) {
        advance(start)
        isInLongLine = false
      }
      if (end > start) readLines(text.slice(start, end))
      carried = text.slice(end)
      if (carried.length <= LONGEST_ROW_BYTES) return
      if (!isInLongLine) onBrokenLine({ line, offset })
      isInLongLine = true
      offset += carried.length
      carried = ''
    },
    end() {
      if (carried !== '' && !isInLongLine) readLine(carried)
    },
  }
}

/** Whether a line is too long, or has a single quote that opens a cell: what can be told without parsing it. */
function isBroken(line: string): boolean {
  const quote = line.indexOf('"')
  const isOnlyOne = quote !== -1 && quote === line.lastIndexOf('"')
  return line.length > LONGEST_ROW_BYTES || (isOnlyOne && (quote === 0 || line[quote - 1] === ','))
}

function rowOf(line: string): readonly string[] | null {
  const { data, errors } = papaparse.parse<string[]>(line, { delimiter: ',', newline: '\n' })
  return errors.some(({ code }) => code === 'MissingQuotes') ? null : (data[0] ?? [])
}

function isEmpty(row: readonly string[]): boolean {
  return row.length <= 1 && (row[0] ?? '').trim() === ''
}
