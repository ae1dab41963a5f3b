import { parseLosslessJson } from '@finport/core/http'
import { parse } from 'lossless-json'
import { alpacaActivities } from '../inputs/alpaca-activities.ts'
import { schwabTransactions } from '../inputs/schwab-transactions.ts'
import { fetchAlpacaActivities } from './fetch-alpaca.ts'
import { mapAlpacaActivities } from './map-alpaca.ts'
import { mapSchwabTransactions } from './map-schwab.ts'

/** What reads a text. */
export type Contestant = (text: string) => unknown | Promise<unknown>

/** A text of JSON, and what reads it. */
export type Input = {
  title: string
  createText(rows: number): string
  contestants: Readonly<Record<string, Contestant>>
}

export const FLOOR = 'JSON.parse'
export const LOSSLESS_JSON = 'lossless-json parse'
export const EXACT = 'finport, exact parse'
export const WHOLE = 'finport, text to transactions'

const readers = {
  [FLOOR]: JSON.parse,
  [EXACT]: parseLosslessJson,
  [LOSSLESS_JSON]: (text: string) => parse(text),
}

export const inputs: Readonly<Record<string, Input>> = {
  alpaca: {
    title: 'Alpaca activities',
    createText: alpacaActivities,
    contestants: { ...readers, [WHOLE]: mapAlpacaActivities, 'finport, bytes to batch': fetchAlpacaActivities },
  },
  schwab: {
    title: 'Schwab transactions',
    createText: schwabTransactions,
    contestants: { ...readers, [WHOLE]: mapSchwabTransactions },
  },
}
