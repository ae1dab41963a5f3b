import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { Logger } from '@finport/core'

/** Where something is heard. Data are what a user's institution says: a text of a file belongs there and into the database, and nowhere else. An answer is one of a backend over HTTP, without the data in it. */
type Place = 'log' | 'error' | 'event' | 'report' | 'shown form' | 'stored' | 'data' | 'database' | 'answer' | 'output'

type Canary = { kind: string; value: string; belongsIn: readonly Place[] }
type Heard = { place: Place; what: string; texts: string[] }

/** Plants values that nothing else has, listens to all that is said, and looks for them there. */
export type CanarySearch = {
  /** A new marked text. */
  plant(kind: string, belongsIn?: readonly Place[]): string
  /** A new marked number, of so many digits. */
  plantDigits(kind: string, length: number, belongsIn?: readonly Place[]): string
  /** Takes a secret that somebody else made: a token, a code. */
  learn(kind: string, value: string | null | undefined): void
  hear(place: Place, what: string, value: unknown): void
  /** Hears what it is given, under this name. */
  logger(what: string): Logger
  /** What was found where it does not belong; never the value itself. */
  leaks(): string[]
  figures(): { planted: number; kinds: number; heard: number; places: Record<string, number> }
}

const everything = { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: 1_000 }
/** What printing adds: quotes and escapes, blanks and line breaks. */
const ADDED = /\\[nrt]|[\\'"`+\s]/g

/** More bytes than this are those of a database, which writes nothing in hex. */
const LARGE_BYTES = 50_000

const tryText = (print: () => unknown): string => {
  try {
    return String(print() ?? '')
  } catch {
    return '' // What can't be printed shows nothing.
  }
}

/** Everything a value can be seen as. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value)
    return [bytes.toString('latin1'), ...(bytes.length > LARGE_BYTES ? [] : [bytes.toString('hex')])]
  }
  const ofErrors =
    value instanceof Error
      ? [value.message, value.stack ?? '', tryText(() => inspect(value, { ...everything, customInspect: false }))]
      : []
  return [
    ...ofErrors,
    tryText(() => value),
    tryText(() => JSON.stringify(value)),
    tryText(() => inspect(value, everything)),
  ]
}

/** What a secret may be dressed as: encoded, wherever in a base64 it begins. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const first = Math.ceil((shift * 4) / 3)
    return encoded.slice(first === 0 ? 0 : first + 1, -4)
  })
  const inBase64Url = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), bytes.join(','), ...inBase64, ...inBase64Url]
}

/** Makes a search with nothing planted yet. The same values come in every run. */
export function createCanarySearch(): CanarySearch {
  const canaries = new Map<string, Canary>()
  const heard: Heard[] = []
  let count = 0
  const digest = (kind: string) => createHash('sha256').update(`${kind} ${count++}`).digest()
  const add = (kind: string, value: string, belongsIn: readonly Place[]) => {
    canaries.set(value, { kind, value, belongsIn })
    return value
  }
  const hear: CanarySearch['hear'] = (place, what, value) => {
    heard.push({ place, what, texts: textsOf(value).map((text) => text.replace(ADDED, '')) })
  }
  return {
    plant: (kind, belongsIn = []) => add(kind, `canary${digest(kind).toString('hex').slice(0, 20)}`, belongsIn),
    plantDigits(kind, length, belongsIn = []) {
      const digits = Array.from(digest(kind), (byte) => String(byte % 10)).join('')
      return add(kind, digits.slice(0, length), belongsIn)
    },
    learn(kind, value) {
      if (typeof value === 'string' && value !== '' && !canaries.has(value)) add(kind, value, [])
    },
    hear,
    logger(what) {
      const listen = (message: string, fields?: unknown) => hear('log', what, [message, fields])
      return { debug: listen, info: listen, warn: listen, error: listen }
    },
    leaks: () =>
      [...canaries.values()].flatMap(({ kind, value, belongsIn }) => {
        const forms = formsOf(value).map((form) => form.replace(ADDED, ''))
        return heard
          .filter(({ place, texts }) => {
            return !belongsIn.includes(place) && texts.some((text) => forms.some((form) => text.includes(form)))
          })
          .map(({ place, what }) => `${kind} in ${place}: ${what}`)
      }),
    figures() {
      const places: Record<string, number> = {}
      for (const { place } of heard) places[place] = (places[place] ?? 0) + 1
      const kinds = new Set([...canaries.values()].map(({ kind }) => kind))
      return { planted: canaries.size, kinds: kinds.size, heard: heard.length, places }
    },
  }
}
