import {
  type AccountStatus,
  Decimal,
  Err,
  type Json,
  type ProviderAccountData,
  type ProviderError,
  ProviderInvalidInputError,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import type { Api } from './api.ts'
import { readDecimals, wireDecimal } from './wire-decimal.ts'

/** `GET /v2/account`. Only `id` and `status` are said to be always there. */
const accountSchema = z.looseObject({
  id: z.string().min(1),
  status: z.string(),
  account_number: z.string().nullish(),
  currency: z.string().nullish(),
  cash: wireDecimal,
  equity: wireDecimal,
  portfolio_value: wireDecimal,
  long_market_value: wireDecimal,
  short_market_value: wireDecimal,
  multiplier: wireDecimal,
  account_blocked: z.boolean().nullish(),
  trading_blocked: z.boolean().nullish(),
  created_at: z.string().nullish(),
})

/** The account of a key, as it came. */
export type WireAccount = z.infer<typeof accountSchema>

type StatusWord =
  | 'INACTIVE'
  | 'PAPER_ONLY'
  | 'ONBOARDING'
  | 'SUBMISSION_FAILED'
  | 'SUBMITTED'
  | 'ACCOUNT_UPDATED'
  | 'APPROVAL_PENDING'
  | 'ACTIVE'
  | 'REJECTED'
  | 'ACCOUNT_CLOSED'
  | 'APPROVED'
  | 'ACCOUNT_CLOSED_PENDING'
  | 'ACTION_REQUIRED'
  | 'LIMITED'

const statuses: Record<StatusWord, AccountStatus> = {
  INACTIVE: 'restricted',
  PAPER_ONLY: 'open',
  ONBOARDING: 'pending',
  SUBMISSION_FAILED: 'pending',
  SUBMITTED: 'pending',
  ACCOUNT_UPDATED: 'pending',
  APPROVAL_PENDING: 'pending',
  ACTIVE: 'open',
  REJECTED: 'closed',
  ACCOUNT_CLOSED: 'closed',
  APPROVED: 'pending',
  ACCOUNT_CLOSED_PENDING: 'restricted',
  ACTION_REQUIRED: 'restricted',
  LIMITED: 'restricted',
}

function statusOf({ status, account_blocked, trading_blocked }: WireAccount): AccountStatus {
  const known = Object.hasOwn(statuses, status) ? statuses[status as StatusWord] : 'unknown'
  return known === 'open' && (account_blocked || trading_blocked) ? 'restricted' : known
}

/** What mappers need to know beside a record. */
export type AccountContext = { readonly environment: Api['environment']; readonly includeRawData: boolean }

const decimalFields = [
  'cash',
  'equity',
  'portfolio_value',
  'long_market_value',
  'short_market_value',
  'multiplier',
] as const

/** The account, or the name of the field that can't be read. */
export function toAccount(
  account: WireAccount,
  { environment, includeRawData }: AccountContext,
): ProviderAccountData | string {
  const decimals = readDecimals(account, decimalFields)
  if (typeof decimals === 'string') return decimals
  const { cash, equity, portfolio_value, long_market_value: long, short_market_value: short, multiplier } = decimals
  const status = statusOf(account)
  const masked = maskNumber(account.account_number)
  // Numbers of paper accounts begin with PA, whatever the settings say.
  const isPaper = environment === 'paper' || (account.account_number ?? '').startsWith('PA')
  return {
    providerAccountId: account.id,
    accountNumberMasked: masked,
    name: [isPaper ? 'Alpaca paper account' : 'Alpaca account', masked].join(' ').trim(),
    category: 'investment',
    accountType: 'brokerage',
    providerAccountType: '',
    taxTreatment: null,
    currency: currencyOf(account),
    balance: equity ?? portfolio_value,
    // Buying power is lent in part: it is not what can be drawn.
    availableBalance: null,
    cashBalance: cash,
    holdingsValue: long === null || short === null ? null : Decimal.add(long, short),
    // balance_asof is the day of the last_* fields, not of these.
    balanceAsOf: null,
    status,
    isActive: status !== 'closed',
    paper: isPaper,
    margin: multiplier === null ? null : Decimal.compare(multiplier, '1' as Decimal) > 0,
    rawData: includeRawData ? maskedAccount(account) : null,
  }
}

function maskNumber(number: string | null | undefined): string {
  return number ? `••••${number.slice(-4)}` : ''
}

/** The record without the number of the account. */
export function maskedAccount(account: WireAccount): Json {
  const masked = 'account_number' in account ? { account_number: maskNumber(account.account_number) } : {}
  // It came as JSON.
  return { ...account, ...masked } as Json
}

/** The currency of all that an account's records leave it out of. */
export function currencyOf({ currency }: WireAccount): string {
  return currency || 'XXX'
}

/** The account that the key is of: a key has exactly one. */
export function fetchAccount(
  api: Api,
  operation: string,
  signal: AbortSignal | undefined,
): Promise<Result<WireAccount, ProviderError>> {
  return api.get({ operation, path: ['account'], schema: accountSchema, signal })
}

/** {@link fetchAccount}, when it is the one that the caller names. */
export async function fetchNamedAccount(
  api: Api,
  request: { provider: string; operation: string; providerAccountId: string; signal: AbortSignal | undefined },
): Promise<Result<WireAccount, ProviderError>> {
  const account = await fetchAccount(api, request.operation, request.signal)
  if (account.isErr() || account.value.id === request.providerAccountId) return account
  const reason = 'The key is of another account: a key of Alpaca reaches exactly one.'
  return Err(new ProviderInvalidInputError({ ...request, issues: [{ path: 'providerAccountId', reason }] }))
}
