import {
  civilDate,
  Decimal,
  Err,
  type IsoDate,
  type Json,
  Ok,
  type ProviderError,
  ProviderInvalidResponseError,
  type ProviderTransactionData,
  parseIsoDate,
  type Result,
  type TransactionBatch,
  type TransactionKind,
  type TransactionQuery,
  toInstant,
} from '@finport/core'
import * as z from 'zod'
import type { Ask } from './ask.ts'

const transactionSchema = z.object({
  id: z.string(),
  date: z.string(),
  amount: z.union([z.string(), z.number()]),
  direction: z.enum(['in', 'out']),
  currency: z.string(),
  description: z.string(),
  type: z.string(),
  pending: z.boolean(),
})

const pageSchema = z.object({ transactions: z.array(z.custom<Json>()), next: z.string().nullable() })

/** What Acme Bank calls a transaction, and what it is. Anything else is `unknown`, with the bank's own word beside it. */
const kinds: Readonly<Record<string, TransactionKind>> = {
  CARD: { transactionType: 'payment', subtype: 'purchase' },
  DIRECT_DEPOSIT: { transactionType: 'transfer', subtype: 'deposit' },
  INTEREST: { transactionType: 'income', subtype: 'interest' },
  SERVICE_FEE: { transactionType: 'fee', subtype: 'service_charge' },
}

/** The transaction, or the reason why the record is none. */
function toTransaction(record: Json, providerAccountId: string): ProviderTransactionData | string {
  const wire = transactionSchema.safeParse(record)
  if (!wire.success) return 'It has another form than is known.'
  const { id, date, amount, direction, currency, description, type, pending } = wire.data
  const transactionDate = parseIsoDate(date)
  if (transactionDate.isErr()) return 'Its date is no day.'
  const parsed = Decimal.parse(amount)
  if (parsed.isErr()) return 'Its amount is no decimal number.'
  return {
    providerTransactionId: id,
    providerAccountId,
    ...(kinds[type] ?? { transactionType: 'unknown', subtype: null }),
    providerType: type,
    // The bank gives amounts without a sign. Here, out of the account is negative.
    amount: direction === 'out' ? Decimal.negate(parsed.value) : parsed.value,
    currency,
    description,
    transactionDate: transactionDate.value,
    authorizedDate: null,
    settlementDate: null,
    occurredAt: null,
    rail: null,
    checkNumber: null,
    symbol: null,
    securityName: null,
    assetType: null,
    quantity: null,
    unitPrice: null,
    commission: null,
    fees: [],
    status: pending ? 'pending' : 'posted',
    groupId: null,
    replaces: null,
    rawData: record,
  }
}

/** The transactions of the days asked for, page after page. */
export async function fetchTransactions(
  ask: Ask,
  providerAccountId: string,
  query: TransactionQuery,
  { now, timeZone }: { now: () => number; timeZone: string },
): Promise<Result<TransactionBatch, ProviderError>> {
  const items: ProviderTransactionData[] = []
  const rejected: TransactionBatch['rejected'] = []
  const cursors = new Set<string>()
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await ask(
      {
        path: ['accounts', providerAccountId, 'transactions'],
        query: { from: query.startDate, to: query.endDate, cursor },
        schema: pageSchema,
        argument: 'providerAccountId',
      },
      query,
    )
    if (page.isErr()) return page
    for (const [index, record] of page.value.transactions.entries()) {
      const transaction = toTransaction(record, providerAccountId)
      if (typeof transaction !== 'string') items.push(transaction)
      else {
        const path = `$.transactions[${index}]`
        rejected.push({ id: idOf(record), providerAccountId, path, reason: transaction, rawData: record })
      }
    }
    cursor = page.value.next
    if (cursor !== null && cursors.has(cursor)) return Err(endlessPages())
    if (cursor !== null) cursors.add(cursor)
  }
  const today = civilDate(toInstant(now()), timeZone)
  return Ok({ items, rejected, warnings: [], covered: coveredDays(query, items, today) })
}

/** The days of which nothing is missing. The bank gives everything, so that without a start they begin with the first row. */
function coveredDays(
  { startDate, endDate = '9999-12-31' as IsoDate }: TransactionQuery,
  items: readonly ProviderTransactionData[],
  today: IsoDate,
) {
  const to = endDate < today ? endDate : today
  const from = startDate ?? items.map(({ transactionDate }) => transactionDate).sort()[0] ?? to
  return from <= to ? { from, to } : null
}

function idOf(record: Json): string | null {
  const wire = transactionSchema.pick({ id: true }).safeParse(record)
  return wire.success ? wire.data.id : null
}

function endlessPages(): ProviderError {
  const message = "The provider 'acme' gave a page a second time, so that its pages have no end."
  return new ProviderInvalidResponseError({ provider: 'acme', operation: 'fetchTransactions', message })
}
