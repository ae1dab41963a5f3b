import {
  type AccountStatus,
  type Batch,
  Decimal,
  Err,
  type Json,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderWarning,
  type RejectedRecord,
  type RequestOptions,
  type Result,
} from '@finport/core'
import * as z from 'zod'
import type { Ask } from './ask.ts'
import { maskAccountNumber, toRawData } from './raw-data.ts'
import { fieldOf, idOf, optionalDecimal, optionalText, toRejected, wireId, wireRows } from './wire.ts'

/**
 * What is really there, in accounts of both types: `cashBalance` and `liquidationValue` are not in the published schema. Balances of the start of the day are left alone: `bondValue` and `mutualFundValue` in them hold
 * buying power.
 */
const balancesSchema = z.object({
  cashBalance: optionalDecimal,
  totalCash: optionalDecimal,
  marginBalance: optionalDecimal,
  liquidationValue: optionalDecimal,
  availableFunds: optionalDecimal,
  cashAvailableForWithdrawal: optionalDecimal,
  cashAvailableForTrading: optionalDecimal,
})

const noBalances: z.output<typeof balancesSchema> = {
  cashBalance: null,
  totalCash: null,
  marginBalance: null,
  liquidationValue: null,
  availableFunds: null,
  cashAvailableForWithdrawal: null,
  cashAvailableForTrading: null,
}

/** An account of `/accounts` and `/accounts/{hash}`. Beside it stands `aggregatedBalance`, which is not always this account's value. */
export const accountSchema = z.object({
  securitiesAccount: z.object({
    type: optionalText,
    accountNumber: wireId,
    isClosingOnlyRestricted: z.boolean().nullish().catch(null),
    currentBalances: balancesSchema.nullish().transform((balances) => balances ?? noBalances),
    positions: wireRows.nullish().transform((positions) => positions ?? []),
  }),
})

type WireAccount = z.output<typeof accountSchema>['securitiesAccount']

const accountNumberSchema = z.object({ accountNumber: wireId, hashValue: z.string().regex(/\S/) })

const nicknameSchema = z.object({ accountNumber: wireId, nickName: optionalText })
const preferenceSchema = z.object({ accounts: wireRows })

/** An object when asked live, a list of them in the published schema. */
const preferencesSchema = z
  .union([preferenceSchema.transform((one) => [one]), z.array(preferenceSchema)])
  .transform((preferences) => preferences.flatMap(({ accounts }) => accounts))

/**
 * The account's cash, and what its positions are worth: the rest of its value. What is borrowed on margin is owed: while there is a loan, `cashBalance` has been recorded as 0, `marginBalance` as what is owed, and the value of the
 * account as less than its positions by that.
 */
export function toCash({ currentBalances }: Pick<WireAccount, 'currentBalances'>): Decimal | null {
  const { cashBalance, totalCash, marginBalance } = currentBalances
  const isLoanApart = marginBalance?.startsWith('-') === true && cashBalance?.startsWith('-') === false
  return isLoanApart ? Decimal.add(cashBalance, marginBalance) : (cashBalance ?? totalCash)
}

function toStatus({ isClosingOnlyRestricted }: WireAccount): AccountStatus {
  return isClosingOnlyRestricted === true ? 'restricted' : 'open'
}

function toAvailable({ type, currentBalances }: WireAccount): Decimal | null {
  if (type === 'MARGIN') return currentBalances.availableFunds
  return currentBalances.cashAvailableForWithdrawal ?? currentBalances.cashAvailableForTrading
}

/** `nickname` is what the user calls it; Schwab has no other name, and nothing that tells an IRA from a taxable account. */
function toAccount(
  account: WireAccount,
  { providerAccountId, nickname, rawData }: { providerAccountId: string; nickname: string | null; rawData: Json },
): ProviderAccountData {
  const { type, currentBalances, accountNumber } = account
  const accountNumberMasked = maskAccountNumber(accountNumber)
  const balance = currentBalances.liquidationValue
  const cashBalance = toCash(account)
  return {
    providerAccountId,
    accountNumberMasked,
    name: nickname ?? `Schwab ${accountNumberMasked}`,
    category: 'investment',
    accountType: 'brokerage',
    providerAccountType: type ?? 'unknown',
    taxTreatment: null,
    currency: 'USD',
    balance,
    availableBalance: toAvailable(account),
    cashBalance,
    holdingsValue: balance === null || cashBalance === null ? null : Decimal.subtract(balance, cashBalance),
    balanceAsOf: null,
    status: toStatus(account),
    isActive: true,
    paper: false,
    margin: type === 'MARGIN' ? true : type === 'CASH' ? false : null,
    rawData,
  }
}

type Nicknames = { byNumber: ReadonlyMap<string, string>; warnings: ProviderWarning[] }

function warnOfNames(message: string): ProviderWarning {
  return { code: 'OTHER', providerAccountId: null, message, details: null }
}

function readNicknames(rows: readonly Json[]): Nicknames {
  const byNumber = new Map<string, string>()
  const parsed = rows.map((row) => nicknameSchema.safeParse(row))
  for (const { data } of parsed) if (data?.nickName) byNumber.set(data.accountNumber, data.nickName)
  const isWhole = parsed.every(({ success }) => success)
  return { byNumber, warnings: isWhole ? [] : [warnOfNames('The names of some accounts could not be read.')] }
}

/** Names are a comfort: where the preferences can't be read at all, accounts go without. What may pass is an error, lest accounts lose their names for a day. */
async function fetchNicknames(ask: Ask, options: RequestOptions): Promise<Result<Nicknames, ProviderError>> {
  const answer = await ask({ path: ['userPreference'], schema: preferencesSchema }, options)
  if (answer.isOk()) return Ok(readNicknames(answer.value))
  const { code } = answer.error
  if (code !== 'PROVIDER_INVALID_RESPONSE' && code !== 'PROVIDER_PERMISSION_DENIED') return answer
  const warnings = [warnOfNames("The accounts' names could not be read: numbers stand in for them.")]
  return Ok({ byNumber: new Map(), warnings })
}

type Hashes = { hashes: ReadonlyMap<string, string>; rejected: RejectedRecord[] }

/** The hash of each account number. */
function readHashes(rows: readonly Json[], includeRawData: boolean): Hashes {
  const hashes = new Map<string, string>()
  const rejected: RejectedRecord[] = []
  for (const [index, raw] of rows.entries()) {
    const parsed = accountNumberSchema.safeParse(raw)
    if (parsed.success) hashes.set(parsed.data.accountNumber, parsed.data.hashValue)
    else {
      const rawData = includeRawData ? toRawData(raw, idOf(fieldOf(raw, 'accountNumber')) ?? '') : null
      const place = `$.accountNumbers[${index}]`
      rejected.push(toRejected({ id: null, providerAccountId: null, place, error: parsed.error, rawData }))
    }
  }
  return { hashes, rejected }
}

/** What stands at an index of the answer. */
type Row = { raw: Json; index: number; hashes: ReadonlyMap<string, string>; nicknames: ReadonlyMap<string, string> }

function readRow(
  { raw, index, hashes, nicknames }: Row,
  includeRawData: boolean,
): Result<ProviderAccountData, RejectedRecord> {
  const number = idOf(fieldOf(fieldOf(raw, 'securitiesAccount'), 'accountNumber'))
  const hash = number === null ? undefined : hashes.get(number)
  const rawData = includeRawData ? toRawData(raw, number ?? '') : null
  const rejected = { id: hash ?? null, providerAccountId: hash ?? null, rawData }
  const parsed = accountSchema.safeParse(raw)
  if (!parsed.success) return Err(toRejected({ ...rejected, place: `$[${index}]`, error: parsed.error }))
  if (hash === undefined) {
    const reason = 'Schwab did not tell the id of this account, so nothing else of it can be asked for.'
    return Err({ ...rejected, path: `$[${index}].securitiesAccount.accountNumber`, reason })
  }
  const nickname = nicknames.get(number ?? '') ?? null
  return Ok(toAccount(parsed.data.securitiesAccount, { providerAccountId: hash, nickname, rawData }))
}

/**
 * The accounts that the user ticked when logging in. Their ids are the hashes of `/accounts/accountNumbers`, joined by account number: `/accounts` has none, and paths take nothing else. A hash is the
 * same for ever for one app key.
 */
export async function fetchAccounts(
  ask: Ask,
  options: RequestOptions & { includeRawData: boolean },
): Promise<Result<Batch<ProviderAccountData>, ProviderError>> {
  const [numbers, accounts, nicknames] = await Promise.all([
    ask({ path: ['accounts', 'accountNumbers'], schema: wireRows }, options),
    ask({ path: ['accounts'], schema: wireRows }, options),
    fetchNicknames(ask, options),
  ])
  if (numbers.isErr()) return numbers
  if (accounts.isErr()) return accounts
  if (nicknames.isErr()) return nicknames

  const { hashes, rejected } = readHashes(numbers.value, options.includeRawData)
  const items = new Map<string, ProviderAccountData>()
  for (const [index, raw] of accounts.value.entries()) {
    const read = readRow({ raw, index, hashes, nicknames: nicknames.value.byNumber }, options.includeRawData)
    if (read.isErr()) rejected.push(read.error)
    else items.set(read.value.providerAccountId, read.value)
  }
  const seen = new Set([...items.keys(), ...rejected.map(({ id }) => id)])
  const complete = [...hashes.values()].every((hash) => seen.has(hash))
  return Ok({ items: [...items.values()], rejected, warnings: nicknames.value.warnings, complete })
}
