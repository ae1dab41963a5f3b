import type { Json } from '@finport/core'
import type { OfxElement } from './element.ts'

/** Leaves with account numbers (OFX 2.2, section 11.3) and with what a user logs in with (section 2.5). */
const sensitive: ReadonlyMap<string, 'account_number' | 'secret'> = new Map([
  ['ACCTID', 'account_number'],
  ['ACCTKEY', 'account_number'],
  ['LOANACCTID', 'account_number'],
  ['USERID', 'secret'],
  ['USERPASS', 'secret'],
  ['USERKEY', 'secret'],
  ['SESSCOOKIE', 'secret'],
  ['CLIENTUID', 'secret'],
  ['AUTHTOKEN', 'secret'],
  ['ACCESSKEY', 'secret'],
])

/** Stands in an id for the last four digits where a file does not tell them. */
export const UNKNOWN_ACCOUNT = 'unknown'

/** The last four letters or digits of an account number, for people to know it by. */
export function lastFour(accountNumber: string): string {
  return accountNumber.replace(/[^0-9A-Za-z]/g, '').slice(-4)
}

/** An account number as it may be shown. */
export function maskAccountNumber(accountNumber: string): string {
  return `••••${lastFour(accountNumber)}`
}

type RawData = { [name: string]: Json | Json[] }

/**
 * An element under its own names, account numbers and secrets masked. What comes more than once is a list. Names are in capitals, so none is a property that every object
 * has.
 *
 * @param knownNumber an account number that may stand anywhere in it, such as that of the statement it is in.
 */
export function toRawData(element: OfxElement, knownNumber = ''): Json {
  const { fields, children } = element
  const isUsual = beginsAsUsual(fields)
  const hasMemo = isUsual && fields[USUAL_FIELDS] === 'MEMO'
  const data: RawData = isUsual ? usualData(fields, hasMemo) : {}
  let accountNumber = knownNumber
  for (let index = isUsual ? USUAL_FIELDS + (hasMemo ? 2 : 0) : 0; index < fields.length; index += 2) {
    const name = fields[index] as string
    const value = fields[index + 1] as string
    const sensitivity = sensitive.get(name)
    if (sensitivity === 'account_number') accountNumber = value
    add(data, name, sensitivity === 'secret' ? '[masked]' : value)
  }
  if (accountNumber !== '') maskAccountNumbers(data, accountNumber)
  for (const child of children) add(data, child.name, toRawData(child, knownNumber))
  return data
}

const USUAL_FIELDS = 10

/** Nearly all elements are transactions, and these begin with the same leaves. An object of known names takes a third of the time and memory of one that is given name after name. */
function beginsAsUsual(fields: readonly string[]): boolean {
  return (
    fields[0] === 'TRNTYPE' &&
    fields[2] === 'DTPOSTED' &&
    fields[4] === 'TRNAMT' &&
    fields[6] === 'FITID' &&
    fields[8] === 'NAME'
  )
}

function usualData(fields: readonly string[], hasMemo: boolean): RawData {
  const TRNTYPE = fields[1] as string
  const DTPOSTED = fields[3] as string
  const TRNAMT = fields[5] as string
  const FITID = fields[7] as string
  const NAME = fields[9] as string
  return hasMemo
    ? { TRNTYPE, DTPOSTED, TRNAMT, FITID, NAME, MEMO: fields[11] as string }
    : { TRNTYPE, DTPOSTED, TRNAMT, FITID, NAME }
}

function add(data: RawData, name: string, value: Json) {
  const known = data[name]
  if (known === undefined) data[name] = value
  else if (Array.isArray(known)) known.push(value)
  else data[name] = [known, value]
}

/** By name, and wherever else a vendor repeats the number, as American Express does in a tag of its own. */
function maskAccountNumbers(data: RawData, accountNumber: string) {
  const mask = (name: string, value: Json): Json =>
    typeof value === 'string' && (sensitive.get(name) === 'account_number' || value === accountNumber)
      ? maskAccountNumber(value)
      : value
  for (const [name, value] of Object.entries(data)) {
    data[name] = Array.isArray(value) ? value.map((one: Json) => mask(name, one)) : mask(name, value)
  }
}
