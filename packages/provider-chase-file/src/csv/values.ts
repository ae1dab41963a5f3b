import { type DateProblem, Err, type IsoDate, parseIsoDate, type Result } from '@finport/core'
import { parseOfxDate } from '../ofx/values.ts'

const AMERICAN_DATE = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})\s*$/

/** A day as Chase writes it: `01/31/2026`, `1/31/2026`, or in the oldest layout as OFX has it. */
export function parseCsvDate(text: string): Result<IsoDate, DateProblem> {
  const match = AMERICAN_DATE.exec(text)
  if (match === null) return text.includes('/') ? Err('malformed') : parseOfxDate(text.trim())
  const [, month = '', day = '', year] = match
  return parseIsoDate(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`)
}

/** A reader that knows the last date it read: rows are grouped by day. */
export function createCsvDateReader(): typeof parseCsvDate {
  let lastText = ''
  let lastResult: ReturnType<typeof parseCsvDate> = Err('malformed')
  return (text) => {
    if (text !== lastText) {
      lastText = text
      lastResult = parseCsvDate(text)
    }
    return lastResult
  }
}
