import type { Json } from '@finport/core'
import { transactionWords } from '../transaction-tables.ts'
import { type SandboxAccount, toWireAccount } from './account.ts'
import { answerJson, answerText } from './answer.ts'
import type { RandomSource } from './random-source.ts'

/** A request to the trader interface, its token checked. */
export type TraderRequest = { url: URL; accountNumbers: ReadonlySet<string> }

const ROOT = '/trader/v1/'
const MAXIMUM_ROWS = 3_000
/** A leap year, and the hour that summer time takes. */
const MAXIMUM_RANGE_MILLISECONDS = 366 * 86_400_000 + 3_600_000

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/

const refuse = (message: string) => answerJson(400, { message })
const invalidAccount = () => refuse('Invalid account number')

/** The transactions that a query asks for: at most so many, in no order, cut off without a word. */
function findTransactions({ transactions }: SandboxAccount, query: URLSearchParams): Response {
  for (const name of ['startDate', 'endDate']) {
    const value = query.get(name)
    if (value === null || !DATE_TIME.test(value)) return refuse(`'${value ?? ''}' is not a valid value for ${name}`)
  }
  const types = (query.get('types') ?? '').split(',')
  if (!types.every((type) => (transactionWords as readonly string[]).includes(type)))
    return refuse(`'${query.get('types') ?? ''}' is not a valid value for types`)
  const [from, to] = [Date.parse(query.get('startDate') ?? ''), Date.parse(query.get('endDate') ?? '')]
  if (to - from > MAXIMUM_RANGE_MILLISECONDS) return refuse('Date range must not be more than 1 year')
  const found = transactions.filter(({ time, type }) => {
    const at = Date.parse(time)
    return at >= from && at <= to && types.includes(type)
  })
  return answerJson(200, found.slice(0, MAXIMUM_ROWS))
}

/** Answers what is asked of a user's accounts. */
export function createTraderApi(
  accounts: readonly SandboxAccount[],
  { hashOf, random }: { hashOf(accountNumber: string): string; random: RandomSource },
) {
  const preferences = (shown: readonly SandboxAccount[]): Json => ({
    accounts: shown.map(({ accountNumber, nickName }, index) => ({
      accountNumber,
      primaryAccount: index === 0,
      type: 'BROKERAGE',
      nickName,
      displayAcctId: `...${accountNumber.slice(-3)}`,
      autoPositionEffect: false,
      accountColor: 'Green',
      lotSelectionMethod: 'FIFO',
    })),
    streamerInfo: [],
    offers: [{ level2Permissions: true, mktDataPermission: 'NP' }],
  })

  function ofAccount(account: SandboxAccount, rest: readonly string[], query: URLSearchParams): Response | null {
    const [what, id] = rest
    if (what === undefined) return answerJson(200, toWireAccount(account, query.get('fields') === 'positions'))
    if (what !== 'transactions') return null
    if (id === undefined) return findTransactions(account, query)
    const found = account.transactions.find(({ activityId }) => String(activityId) === id)
    return found === undefined ? null : answerJson(200, found)
  }

  function find({ url, accountNumbers }: TraderRequest): Response | null {
    const shown = accounts.filter(({ accountNumber }) => accountNumbers.has(accountNumber))
    const [first, second, ...rest] = url.pathname.slice(ROOT.length).split('/')
    if (first === 'userPreference' && second === undefined) return answerJson(200, preferences(shown))
    if (first !== 'accounts') return null
    if (second === undefined) {
      const withPositions = url.searchParams.get('fields') === 'positions'
      return answerJson(
        200,
        shown.map((account) => toWireAccount(account, withPositions)),
      )
    }
    if (second === 'accountNumbers') {
      return answerJson(
        200,
        shown.map(({ accountNumber }) => ({ accountNumber, hashValue: hashOf(accountNumber) })),
      )
    }
    const account = shown.find(({ accountNumber }) => hashOf(accountNumber) === second)
    return account === undefined ? invalidAccount() : ofAccount(account, rest, url.searchParams)
  }

  return {
    answer(request: TraderRequest): Response {
      if (!request.url.pathname.startsWith(ROOT)) return answerText(404, 'Not Found')
      const notFound = { errors: [{ id: random.uuid(), status: '404', title: 'Not Found' }] }
      return find(request) ?? answerJson(404, notFound)
    },
  }
}
