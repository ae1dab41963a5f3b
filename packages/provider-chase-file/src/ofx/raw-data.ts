import type { Json } from '@finport/core'
import type { OfxElement } from './element.ts'

/** Leaves that hold account numbers (OFX sections 11.3.1 and 11.3.2). */
const ACCOUNT_NUMBERS: ReadonlySet<string> = new Set(['ACCTID', 'ACCTKEY'])

/** The last four letters or digits of an account number, for people to know it by. */
export function lastFour(accountNumber: string): string {
  return accountNumber.replace(/[^0-9A-Za-z]/g, '').slice(-4)
}

/** An account number as it may be shown. */
export function maskAccountNumber(accountNumber: string): string {
  return `••••${lastFour(accountNumber)}`
}

/** An element under its own names, account numbers masked. What comes more than once is a list. */
export function toRawData(element: OfxElement): Json {
  const entries = new Map<string, Json[]>()
  const add = (name: string, value: Json) => {
    const values = entries.get(name)
    if (values === undefined) entries.set(name, [value])
    else values.push(value)
  }
  for (let index = 0; index < element.fields.length; index += 2) {
    const name = element.fields[index] as string
    const value = element.fields[index + 1] as string
    add(name, ACCOUNT_NUMBERS.has(name) ? maskAccountNumber(value) : value)
  }
  for (const child of element.children) add(child.name, toRawData(child))
  // fromEntries defines own properties, so that a tag named __proto__ is one too.
  return Object.fromEntries(
    [...entries].map(([name, values]) => [name, values.length === 1 ? (values[0] as Json) : values]),
  )
}
