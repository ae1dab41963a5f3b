import { type DateRange, type IsoDate, isIsoDate } from '../dates.ts'
import { type Decimal, isDecimal } from '../decimal.ts'
import type { Json } from '../json.ts'
import type { SyncCursor } from '../ports/cursor-repository.ts'

/** How far the transactions of an account are stored. */
export type Position = {
  /** The days that are stored completely. */
  readonly covered: DateRange | null
  /** Whether there is nothing before them. */
  readonly isWhole: boolean
  /** The day on which the provider last refused to tell of the days before them; `null` when it did not. */
  readonly refusedOn: IsoDate | null
  /** In how many of their first days there is nothing: after many, there is nothing before them either. */
  readonly silentDays: number
  /** The balance that the stored transactions make; `null` where no balance is known. */
  readonly ledger: Decimal | null
  /** The version of the cursor; 0 when there is none. */
  readonly version: number
}

/** The stream of an account's transactions. */
export function streamOf({ providerAccountId }: { readonly providerAccountId: string }): string {
  return `transactions:${providerAccountId}`
}

/** What a cursor says. One that can't be read says nothing but its days. */
export function toPosition(cursor: SyncCursor | null): Position {
  if (cursor === null)
    return { covered: null, isWhole: false, refusedOn: null, silentDays: 0, ledger: null, version: 0 }
  const { isWhole, refusedOn, silentDays, ledger } = readCursor(cursor.cursor)
  const { covered, version } = cursor
  return {
    covered,
    isWhole: isWhole === true,
    refusedOn: isIsoDate(refusedOn) ? refusedOn : null,
    silentDays: typeof silentDays === 'number' ? silentDays : 0,
    ledger: isDecimal(ledger) ? ledger : null,
    version,
  }
}

/** The cursor that says so, in the version after it. */
export function toCursor(
  { covered, isWhole, refusedOn, silentDays, ledger, version }: Position,
  names: Pick<SyncCursor, 'connectionId' | 'stream'>,
): SyncCursor {
  const cursor = JSON.stringify({ isWhole, refusedOn, silentDays, ledger })
  return { ...names, cursor, covered, version: version + 1 }
}

type Cursor = { readonly [Field in 'isWhole' | 'refusedOn' | 'silentDays' | 'ledger']?: Json }

function readCursor(text: string | null): Cursor {
  try {
    return JSON.parse(text ?? '{}') ?? {}
  } catch {
    return {}
  }
}
