const NEWEST = Date.UTC(2026, 9, 30)
const DAY = 24 * 60 * 60 * 1000

/** A day, counted back from the newest one, as its year, month and day. */
export function dayBefore(days: number): readonly [year: string, month: string, day: string] {
  const [year = '', month = '', day = ''] = new Date(NEWEST - days * DAY).toISOString().slice(0, 10).split('-')
  return [year, month, day]
}
