import type { BalanceRepository } from '@finport/core'
import { saveRows } from '../save-rows.ts'
import type { Session } from '../session.ts'
import { balanceTable } from '../table.ts'
import { toText } from '../to-text.ts'

/** Balances over time in a database. */
export function kyselyBalances(session: Session): BalanceRepository {
  return {
    async list({ userId, accountId, from, to, after, limit }) {
      const rows = await session.run((db) => {
        let query = db
          .selectFrom('finport_balances')
          .selectAll()
          .where('user_id', '=', userId)
          .where('account_id', '=', toText(accountId))
        if (from !== undefined) query = query.where('day', '>=', from)
        if (to !== undefined) query = query.where('day', '<=', to)
        if (after !== null) query = query.where('day', '<', after)
        return query.orderBy('day', 'desc').limit(limit).execute()
      })
      return rows.map((all) => all.map(balanceTable.fromRow))
    },
    save: (balances) => saveRows(session, balanceTable, balances),
  }
}
