/** Half of a character outside the first plane, as is left of one where an institution cuts a text after so many. */
const SURROGATE = /\p{Surrogate}/gu

/** Byte order marks: no letters, and at the head of a text some decoders take them for the mark of a file. */
const MARKS = /^\uFEFF+/

/** One look tells of nearly every text that there is nothing to do. */
const SUSPECT = /[\p{Surrogate}\p{Control}\uFEFF]/u

function toStorableText(text: string): string {
  if (!SUSPECT.test(text)) return text
  return text.replaceAll('\0', '\uFFFD').replace(SURROGATE, '\uFFFD').replace(MARKS, '')
}

function toStorableRecord<T>(record: T): T {
  if (typeof record !== 'object' || record === null) return record
  let storable = record
  for (const [field, value] of Object.entries(record)) {
    if (typeof value !== 'string') continue
    const text = toStorableText(value)
    if (text === value) continue
    storable = { ...storable, [field]: text }
  }
  return storable
}

/**
 * What an institution said, in texts that every database gives back as they are: half a character has no UTF-8, PostgreSQL knows no NUL, and PGlite drops a mark at the head. Compared with what the database made of it, a
 * record would be another each time, and its id nowhere to be found. What has parts is kept as JSON, which can say all of them.
 */
export function asStorable<T extends object>(answer: T): T {
  const lists = Object.entries(answer).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(toStorableRecord) : value,
  ])
  return Object.fromEntries(lists) as T
}
