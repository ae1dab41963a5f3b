import type { Decimal, Json } from '@finport/core'
import type { Instrument } from './market.ts'

/** An activity as Alpaca keeps it, and what it does to the account. */
export type LedgerEntry = {
  readonly uuid: string
  /** What the id begins with: its time in New York, to the millisecond; of all but fills, midnight of its day. */
  readonly prefix: string
  /** When it shows up, which the filters go by. */
  readonly createdAt: number
  /** The row without its id. */
  readonly body: { readonly activity_type: string; readonly [key: string]: Json }
  readonly cash: Decimal
  readonly units: { readonly instrument: Instrument; readonly quantity: Decimal; readonly price: Decimal } | null
}

const newYork = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** The time that an id begins with: `yyyyMMddHHmmssSSS` of a moment in New York. */
export function prefixOf(time: number): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of newYork.formatToParts(time)) parts[type] = value
  const { year, month, day, hour, minute, second } = parts
  return `${year}${month}${day}${hour}${minute}${second}${String(time % 1000).padStart(3, '0')}`
}

/** The same time with the hours of a clock of twelve, as rows of 2020 came at first. */
export function twelveHourPrefix(prefix: string): string {
  const hour = Number(prefix.slice(8, 10)) % 12 || 12
  return `${prefix.slice(0, 8)}${String(hour).padStart(2, '0')}${prefix.slice(10)}`
}

/** What the id of all but fills begins with. */
export function dayPrefix(date: string): string {
  return `${date.replaceAll('-', '')}000000000`
}
