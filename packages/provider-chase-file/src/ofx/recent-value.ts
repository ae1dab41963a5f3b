import { areEqual, type Bytes } from './bytes.ts'

/**
 * The last value of a leaf whose values often come again, such as the day that rows are grouped by. Comparing bytes takes less time than cutting out a text, and whoever reads the same text
 * again knows it at a glance.
 */
export type RecentValue = {
  /** Which bytes it was read of, and where in them its text stands, blanks around it included. */
  bytes: Bytes | null
  start: number
  length: number
  value: string
}

/** No value yet. */
export function createRecentValue(): RecentValue {
  return { bytes: null, start: 0, length: 0, value: '' }
}

/** Whether the text between two positions is that of a recent value. */
export function isRecent(recent: RecentValue, bytes: Bytes, from: number, to: number): boolean {
  const { start, length } = recent
  return recent.bytes === bytes && length === to - from && areEqual(bytes, start, bytes, from, length)
}

/** Keeps the value of the text between two positions. */
export function keepRecent(recent: RecentValue, value: string, bytes: Bytes, from: number, to: number): void {
  recent.bytes = bytes
  recent.start = from
  recent.length = to - from
  recent.value = value
}
