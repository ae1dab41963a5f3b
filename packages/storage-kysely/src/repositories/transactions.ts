import { Ok, type TransactionRepository } from '@finport/core'
import { isAmong } from '../is-among.ts'
import { saveRows } from '../save-rows.ts'
import type { Session } from '../session.ts'
import { transactionTable } from '../table.ts'
import { toText } from '../to-text.ts'

/** Transactions in a database. */
export function kyselyTransactions(session: Session): TransactionRepository {
  return {
    async list({ userId, accountId, from, to, status, includeRemoved = false, after, limit }) {
      const rows = await session.run((db) => {
        let query = db.selectFrom('finport_transactions').selectAll().where('user_id', '=', userId)
        if (accountId !== undefined) query = query.where('account_id', '=', toText(accountId))
        if (from !== undefined) query = query.where('transaction_date', '>=', from)
        if (to !== undefined) query = query.where('transaction_date', '<=', to)
        if (status !== undefined) query = query.where('status', '=', status)
        if (!includeRemoved) query = query.where('removed_at', 'is', null)
        if (after !== null) {
          const { transactionDate, id } = after
          query = query.where(({ eb, refTuple, tuple }) =>
            eb(refTuple('transaction_date', 'id'), '<', tuple(transactionDate, toText(id))),
          )
        }
        return query.orderBy('transaction_date', 'desc').orderBy('id', 'desc').limit(limit).execute()
      })
      return rows.map((all) => all.map(transactionTable.fromRow))
    },
    async listInRange(accountId, { from, to }) {
      const rows = await session.run((db) =>
        db
          .selectFrom('finport_transactions')
          .selectAll()
          .where('account_id', '=', accountId)
          .where('transaction_date', '>=', from)
          .where('transaction_date', '<=', to)
          .orderBy('transaction_date')
          .orderBy('id')
          .execute(),
      )
      return rows.map((all) => all.map(transactionTable.fromRow))
    },
    async findByProviderIds(accountId, providerTransactionIds) {
      if (providerTransactionIds.length === 0) return Ok([])
      const rows = await session.run((db) =>
        db
          .selectFrom('finport_transactions')
          .selectAll()
          .where('account_id', '=', accountId)
          .where(isAmong(session.family, 'provider_transaction_id', providerTransactionIds))
          .execute(),
      )
      return rows.map((all) => all.map(transactionTable.fromRow))
    },
    save: (transactions) => saveRows(session, transactionTable, transactions),
  }
}
