import type { Transaction } from '@finport/core'
import type { FinportTables } from '@finport/storage-kysely'
import { Hono } from 'hono'
import { type Kysely, sql } from 'kysely'
import * as z from 'zod'
import { refuse } from '../answer.ts'
import type { AppEnv } from '../session.ts'

/** A row of the list. */
export type TransactionView = Pick<
  Transaction,
  | 'id'
  | 'accountId'
  | 'transactionDate'
  | 'description'
  | 'transactionType'
  | 'subtype'
  | 'amount'
  | 'currency'
  | 'symbol'
  | 'status'
>

export type TransactionPage = {
  transactions: TransactionView[]
  /** What to ask for the next page with; `null` when this is the last. */
  next: string | null
}

const querySchema = z.object({
  search: z.string().trim().max(100).default(''),
  accountId: z.string().max(100).optional(),
  /** `day,id` of the last row of the page before. */
  after: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d,[\w-]+$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** What stands for itself in a LIKE pattern. */
const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&')

/**
 * A user's transactions, the newest first. Without a search, `repositories.transactions.list` would do; this shows that Finport's tables are tables of yours, to ask what you like.
 */
export function transactionRoutes(db: Kysely<FinportTables>): Hono<AppEnv> {
  return new Hono<AppEnv>().get('/', async (c) => {
    const query = querySchema.safeParse(c.req.query())
    if (!query.success) return refuse(c, { code: 'BAD_REQUEST' })
    const { search, accountId, after, limit } = query.data
    let rows = db
      .selectFrom('finport_transactions as t')
      .innerJoin('finport_accounts as a', 'a.id', 't.account_id')
      .innerJoin('finport_connections as n', 'n.id', 'a.connection_id')
      .select([
        't.id',
        't.account_id as accountId',
        't.transaction_date as transactionDate',
        't.description',
        't.transaction_type as transactionType',
        't.subtype',
        't.amount',
        't.currency',
        't.symbol',
        't.status',
      ])
      .where('t.user_id', '=', c.get('session').userId)
      .where('t.removed_at', 'is', null)
      .where('n.status', 'in', ['active', 'expired'])
      .orderBy('t.transaction_date', 'desc')
      .orderBy('t.id', 'desc')
      .limit(limit + 1)
    if (accountId !== undefined) rows = rows.where('t.account_id', '=', accountId)
    for (const word of search.split(/\s+/).filter((each) => each !== '')) {
      const pattern = `%${escapeLike(word.toLowerCase())}%`
      const text = sql`lower(t.description || ' ' || coalesce(t.symbol, '') || ' ' || t.amount)`
      rows = rows.where(sql<boolean>`${text} like ${pattern} escape '\\'`)
    }
    if (after !== undefined) {
      const [day, id] = after.split(',')
      rows = rows.where(sql<boolean>`(t.transaction_date, t.id) < (${day}, ${id})`)
    }
    const found = await rows.execute()
    const transactions = found.slice(0, limit)
    const last = transactions.at(-1)
    const isLast = last === undefined || found.length <= limit
    const page: TransactionPage = { transactions, next: isLast ? null : `${last.transactionDate},${last.id}` }
    return c.json(page)
  })
}
