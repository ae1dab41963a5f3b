import type { Random } from './random.ts'

const merchants = [
  'LANTERN STREET GROCERS 0417 PORTLAND OR',
  'KESTREL & SONS HARDWARE SALEM MA',
  'PINE HOLLOW COFFEE 22 BOISE ID',
  "OKAFOR'S BAKERY #118 AUSTIN TX",
  'BLUE DOOR BOOKS BURLINGTON VT',
  'NORTHWIND RAIL TICKETS 800-555-0142 NY',
  'MARLOW & FINCH PHARMACY 3307 TULSA OK',
  'TIDEPOOL STREAMING MONTHLY CA',
]

/** What a transaction is called, and what it is. */
export type Description = { readonly text: string; readonly kind: 'electronic' | 'transfer' | 'shop' }

/** What transactions are called: invented shops, with a trace number or without, and the long texts of electronic payments and of transfers. */
export function createDescriptions(random: Random, shops: 'traced' | 'plain'): () => Description {
  let trace = 21000000000000
  return () => {
    trace += 1 + random.below(900)
    switch (random.below(4)) {
      case 0: {
        const id = 9_000_000_000 + (trace % 1_000_000)
        const text = `ORIG CO NAME:HALVORSEN PAYROLL ORIG ID:${id} DESC DATE:261030 TRN NUMBER: ${trace}`
        return { kind: 'electronic', text }
      }
      case 1: {
        const text = `Online Transfer to SAV ...4471 transaction#: ${trace} CONFIRMATION NO: ${trace * 7}`
        return { kind: 'transfer', text }
      }
      default: {
        const traceText = shops === 'traced' ? `   CARD 7713 TRACE#:${trace} EED:261030` : ''
        return { kind: 'shop', text: random.pick(merchants) + traceText }
      }
    }
  }
}
