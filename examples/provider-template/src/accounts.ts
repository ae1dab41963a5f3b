import {
  type AccountType,
  type Batch,
  Decimal,
  type Json,
  type ProviderAccountData,
  type ProviderError,
  type RejectedRecord,
  type RequestOptions,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import type { Ask } from './ask.ts'

const accountSchema = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  balance: z.union([z.string(), z.number()]),
})

type WireAccount = z.output<typeof accountSchema>

const accountTypes: Readonly<Record<string, AccountType>> = { CHECKING: 'checking', SAVINGS: 'savings' }

/** The account, or what keeps it from being one. */
function toAccount(account: WireAccount, record: Json): ProviderAccountData | Pick<RejectedRecord, 'reason'> {
  const balance = Decimal.parse(account.balance)
  if (balance.isErr()) return { reason: 'Its balance is no decimal number.' }
  const accountNumberMasked = `••••${account.number.slice(-4)}`
  return {
    providerAccountId: account.id,
    accountNumberMasked,
    name: account.name,
    category: 'depository',
    accountType: accountTypes[account.type] ?? 'unknown',
    providerAccountType: account.type,
    taxTreatment: null,
    currency: account.currency,
    balance: balance.value,
    availableBalance: null,
    cashBalance: null,
    holdingsValue: null,
    balanceAsOf: null,
    status: 'open',
    isActive: true,
    paper: false,
    margin: null,
    rawData: { ...(record as object), number: accountNumberMasked },
  }
}

/** Every account of the user. One that is not understood does not take the others along. */
export async function fetchAccounts(
  ask: Ask,
  options: RequestOptions,
): Promise<Result<Batch<ProviderAccountData>, ProviderError>> {
  const schema = z.object({ accounts: z.array(z.custom<Json>()) })
  const answer = await ask({ path: ['accounts'], schema }, options)
  return answer.map(({ accounts }) => {
    const batch: Batch<ProviderAccountData> = { items: [], rejected: [], warnings: [], complete: true }
    for (const [index, record] of accounts.entries()) {
      const wire = accountSchema.safeParse(record)
      const account = wire.success ? toAccount(wire.data, record) : { reason: 'It has another form than is known.' }
      if ('providerAccountId' in account) batch.items.push(account)
      // The record is left out: it may hold a whole account number anywhere.
      else
        batch.rejected.push({
          id: null,
          providerAccountId: null,
          path: `$.accounts[${index}]`,
          ...account,
          rawData: null,
        })
    }
    return batch
  })
}
