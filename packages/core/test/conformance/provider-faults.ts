import {
  Err,
  Ok,
  type ProviderAccountData,
  type ProviderError,
  type ProviderHoldingData,
  type ProviderTransactionData,
  parseIsoDate,
  type RequestOptions,
  type Result,
  type TransactionQuery,
} from '../../src/index.ts'
import { type CaseName, caseNames } from './case-names.ts'
import {
  changed,
  type Fault,
  type FaultsOf,
  failing,
  type MemoryBank,
  metadata,
  NotPlain,
  refusal,
  reject,
  type SnapshotBank,
  spoiled,
  unavailable,
} from './spoil.ts'

const { memoryBank, snapshotBank, fileBank } = spoiled
const [, transactionsCase, holdingsCase, sameIds, unchanged, daysAsked, noDays, , , dataSecrets] = caseNames.provider

type Credentials = Parameters<MemoryBank['fetchAccounts']>[0]
type Rows = ProviderAccountData[] | ProviderTransactionData[] | ProviderHoldingData[]

const accounts = (change: (items: Rows) => unknown) =>
  memoryBank((bank) => ({
    fetchAccounts: changed(bank.fetchAccounts, (batch) => ({ ...batch, items: change(batch.items) })),
  }))
const transactions = (change: (items: Rows) => unknown) =>
  memoryBank((bank) => ({
    fetchTransactions: changed(bank.fetchTransactions, (batch) => ({ ...batch, items: change(batch.items) })),
  }))
const holdings = (change: (items: Rows) => unknown) =>
  memoryBank((bank) => ({
    fetchHoldings: changed(bank.fetchHoldings, (batch) => ({ ...batch, items: change(batch.items) })),
  }))

const each = (fields: object) => (items: Rows) => items.map((item) => ({ ...item, ...fields }))
const twice = (items: Rows) => [...items, ...items]
const ofClass = (items: Rows) => items.map((item) => Object.assign(new NotPlain(), item))

const supports = { accounts: true, transactions: true, holdings: true, balanceHistory: false }
const day = (text: string) => parseIsoDate(text).unwrap()
const record = { id: null, providerAccountId: null, path: '$', reason: 'No.', rawData: null }
const wholeNumber = { number: '000123451234' }
const ring: { self?: object } = {}
ring.self = ring

/** A bank whose instances have something of their own in what they give. */
function perInstance(change: (prefix: string, bank: MemoryBank) => object) {
  let instances = 0
  return memoryBank((bank) => change(`${instances++}-`, bank))
}

/** Whether it is not the first time that all transactions of an account are asked for. */
function createIsAgain() {
  const asked = new Set<string>()
  return (providerAccountId: string, query?: TransactionQuery) => {
    if (query !== undefined) return false
    const isAgain = asked.has(providerAccountId)
    asked.add(providerAccountId)
    return isAgain
  }
}

const nothing = { items: [], rejected: [], warnings: [] }
const isReversed = ({ startDate, endDate }: TransactionQuery) =>
  startDate !== undefined && endDate !== undefined && startDate > endDate
const refused = ['PROVIDER_INVALID_INPUT'] as const

/** A bank that logs whom it asked for. */
const logging = (method: 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings') =>
  memoryBank((bank, { logger }) => {
    const call: (credentials: Credentials, ...rest: never[]) => Promise<Result<object, ProviderError>> = bank[method]
    return {
      [method]: changed(call, (batch, { apiKey }) => {
        logger?.debug('asked', { method, key: apiKey })
        return batch
      }),
    }
  })
const rejecting = (batch: object) => ({ ...batch, rejected: [{ ...record, rawData: wholeNumber }] })
const warning = (batch: object) => {
  const message = 'The balance of 000123451234 does not add up.'
  return { ...batch, warnings: [{ code: 'BALANCE_MISMATCH', providerAccountId: null, message, details: null }] }
}

export const providerFaults: FaultsOf<CaseName<'provider'>> = {
  'gives accounts that are well formed, with ids of their own': [
    ['a number as balance', accounts(each({ balance: 12.5 })), /accounts is not well formed.*items\.0\.balance/],
    ['a balance of another form', accounts(each({ balance: '12.50' })), /items\.0\.balance/],
    ['an instant without time', accounts(each({ balanceAsOf: '2026-01-31' })), /items\.0\.balanceAsOf/],
    ['a number that is not masked', accounts(each({ accountNumberMasked: '98765432' })), /0\.accountNumberMasked/],
    ['a key of its own', accounts(each({ nickname: 'Joy' })), /nickname/],
    ['a key of its own without value', accounts(each({ nickname: undefined })), /nickname/],
    ['a key too few', accounts(each({ status: undefined })), /items\.0\.status/],
    ['a foreign category', accounts(each({ category: 'bank' })), /items\.0\.category/],
    ['a Date in rawData', accounts(each({ rawData: { opened: new Date(0) } })), /items\.0\.rawData/],
    ['undefined in rawData', accounts(each({ rawData: { opened: undefined } })), /items\.0\.rawData/],
    ['a class in rawData', accounts(each({ rawData: [new NotPlain()] })), /items\.0\.rawData/],
    ['a bigint in rawData', accounts(each({ rawData: 1n })), /items\.0\.rawData/],
    ['NaN in rawData', accounts(each({ rawData: Number.NaN })), /items\.0\.rawData/],
    ['minus zero in rawData', accounts(each({ rawData: -0 })), /accounts does not survive JSON/],
    ['a ring in rawData', accounts(each({ rawData: ring })), /The batch of accounts/],
    ['accounts of a class', accounts(ofClass), /accounts does not survive JSON/],
    ['ids twice', accounts(twice), /providerAccountId must be unique/, daysAsked],
    [
      'no word on completeness',
      memoryBank((bank) => ({
        fetchAccounts: changed(bank.fetchAccounts, ({ complete: _complete, ...batch }) => batch),
      })),
      /accounts is not well formed.*complete/,
    ],
    [
      'a rejected record without reason',
      memoryBank((bank) => ({
        fetchAccounts: changed(bank.fetchAccounts, (batch) => ({ ...batch, rejected: [{ ...record, reason: '' }] })),
      })),
      /accounts is not well formed.*rejected\.0\.reason/,
    ],
    [
      'no account',
      accounts(() => []),
      /at least one account/,
      ...[transactionsCase, holdingsCase, sameIds, daysAsked, dataSecrets],
    ],
    [
      'no batch',
      memoryBank((bank) => ({ fetchAccounts: changed(bank.fetchAccounts, () => undefined) })),
      /accounts is not well formed/,
      ...[transactionsCase, holdingsCase, sameIds, unchanged, daysAsked, dataSecrets],
    ],
    [
      'accounts in spite of the metadata',
      memoryBank(metadata({ supports: { ...supports, accounts: false } })),
      /metadata says there are no accounts/,
    ],
  ],

  'gives transactions that are well formed, of the account asked for, with ids of their own': [
    [
      'a buy of fewer than none',
      transactions(each({ transactionType: 'trade', subtype: 'buy', quantity: '-1' })),
      /'buy'/,
    ],
    [
      'a sale of more',
      transactions(each({ transactionType: 'trade', subtype: 'sell_short', quantity: '1' })),
      /'sell_short'/,
    ],
    ['a number as amount', transactions(each({ amount: -12.5 })), /transactions is not well formed.*0\.amount/],
    ['an amount with an exponent', transactions(each({ amount: '1e3' })), /items\.0\.amount/],
    ['a day that never was', transactions(each({ settlementDate: '2026-02-30' })), /items\.0\.settlementDate/],
    ['a day of another form', transactions(each({ transactionDate: '01/31/2026' })), /0\.transactionDate/, daysAsked],
    ['a subtype of another type', transactions(each({ subtype: 'dividend' })), /items\.0\.subtype/],
    ['a number as fee', transactions(each({ fees: [{ type: '', amount: 1 }] })), /items\.0\.fees\.0\.amount/],
    ['a key of its own', transactions(each({ merchant: 'Shop' })), /merchant/],
    ['a Date in rawData', transactions(each({ rawData: new Date(0) })), /items\.0\.rawData/],
    ['transactions of a class', transactions(ofClass), /transactions does not survive JSON/],
    ['ids twice', transactions(twice), /providerTransactionId must be unique/],
    [
      'rows of another account',
      transactions(each({ providerAccountId: 'account-2' })),
      /transaction is of another account/,
      daysAsked,
    ],
    [
      'rows in spite of the metadata',
      memoryBank(metadata({ supports: { ...supports, transactions: false } })),
      /metadata says there are no transactions/,
    ],
    [
      'days covered that end before they begin',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => ({
          ...batch,
          covered: query === undefined ? { from: day('2026-02-01'), to: day('2026-01-01') } : null,
        })),
      })),
      /transactions is not well formed.*covered/,
    ],
  ],

  'gives holdings that are well formed, of the account asked for, with ids of their own': [
    [
      'a short position that is worth something',
      holdings(each({ assetType: 'equity', quantity: '-5', marketValue: '100' })),
      /sign of its quantity/,
    ],
    ['a number as quantity', holdings(each({ quantity: 10 })), /holdings is not well formed.*items\.0\.quantity/],
    ['no identifiers', holdings(each({ identifiers: {} })), /items\.0\.identifiers/],
    ['a key of its own', holdings(each({ weight: '0.5' })), /weight/],
    ['undefined in rawData', holdings(each({ rawData: [undefined] })), /items\.0\.rawData/],
    ['holdings of a class', holdings(ofClass), /holdings does not survive JSON/],
    ['ids twice', holdings(twice), /providerHoldingId must be unique/],
    ['rows of another account', holdings(each({ providerAccountId: 'account-1' })), /holding is of another account/],
    [
      'rows in spite of the metadata',
      memoryBank(metadata({ supports: { ...supports, holdings: false } })),
      /metadata says there are no holdings/,
    ],
  ],

  'gives the same ids again, also from another instance': [
    [
      'ids of transactions that change',
      memoryBank((bank) => {
        const isAgain = createIsAgain()
        return {
          fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, id, query) => {
            const prefix = isAgain(id, query) ? 'again-' : ''
            const items = batch.items.map((item) => ({
              ...item,
              providerTransactionId: prefix + item.providerTransactionId,
            }))
            return { ...batch, items }
          }),
        }
      }),
      /ids of transactions differ on the second call/,
    ],
    [
      'ids of transactions that change hands',
      memoryBank((bank) => {
        const isAgain = createIsAgain()
        return {
          fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, id, query) => {
            const ids = batch.items.map(({ providerTransactionId }) => providerTransactionId)
            if (isAgain(id, query)) ids.reverse()
            return { ...batch, items: batch.items.map((item, at) => ({ ...item, providerTransactionId: ids[at] })) }
          }),
        }
      }),
      /transactions differ on the second call/,
    ],
    [
      'ids of transactions of the instance',
      perInstance((prefix, bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch) => {
          const items = batch.items.map((item) => ({
            ...item,
            providerTransactionId: prefix + item.providerTransactionId,
          }))
          return { ...batch, items }
        }),
      })),
      /ids of transactions differ in another instance/,
    ],
    [
      'ids of accounts of the instance',
      perInstance((prefix, bank) => {
        /** The account by the id that this instance gave it. */
        function shifted<T, O>(call: (credentials: Credentials, id: string, options?: O) => T) {
          return (credentials: Credentials, id: string, options?: O) =>
            call(credentials, id.slice(prefix.length), options)
        }
        const renamed = <T extends { items: { providerAccountId: string }[] }>(batch: T) => ({
          ...batch,
          items: batch.items.map((item) => ({ ...item, providerAccountId: prefix + item.providerAccountId })),
        })
        return {
          fetchAccounts: changed(bank.fetchAccounts, renamed),
          fetchTransactions: changed(shifted(bank.fetchTransactions), renamed),
          fetchHoldings: changed(shifted(bank.fetchHoldings), renamed),
        }
      }),
      /ids of accounts differ in another instance/,
    ],
    [
      'ids of holdings of the instance',
      perInstance((prefix, bank) => ({
        fetchHoldings: changed(bank.fetchHoldings, (batch) => {
          const items = batch.items.map((item) => ({ ...item, providerHoldingId: prefix + item.providerHoldingId }))
          return { ...batch, items }
        }),
      })),
      /ids of holdings differ/,
    ],
  ],

  'leaves credentials and what it gave before as they are': [
    [
      'it writes into its credentials',
      memoryBank((bank) => ({
        fetchHoldings: (credentials: Credentials, ...rest: [string]) =>
          bank.fetchHoldings(Object.assign(credentials, { environment: 'live' }), ...rest),
      })),
      /changes the credentials/,
    ],
    [
      'one list that is used again',
      memoryBank((bank) => {
        const items: ProviderTransactionData[] = []
        return {
          fetchTransactions: changed(bank.fetchTransactions, (batch) => {
            items.splice(0, items.length, ...batch.items)
            return { ...batch, items }
          }),
        }
      }),
      /changes what another one gave/,
    ],
  ],

  'gives an error or nothing where no day is asked for': [
    [
      'everything',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, isReversed(query) ? {} : query),
      })),
      /something is given/,
    ],
    [
      'it throws at a day that is none',
      memoryBank((bank) => ({
        fetchTransactions(credentials: Credentials, id: string, query: TransactionQuery = {}) {
          if (query.startDate !== undefined) new Date(query.startDate).toISOString()
          return bank.fetchTransactions(credentials, id, query)
        },
      })),
      /threw or rejected with RangeError/,
    ],
  ],

  'gives exactly the transactions of the days asked for': [
    [
      'a symbol that it has only when all days are asked for',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => ({
          ...batch,
          items: batch.items.map((item) => (query?.startDate === undefined ? { ...item, symbol: 'ACME' } : item)),
        })),
      })),
      /or they say other things/,
    ],
    [
      'less from a day on',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => ({
          ...batch,
          items: query?.startDate !== undefined && query.endDate === undefined ? batch.items.slice(1) : batch.items,
        })),
      })),
      /With startDate alone, other transactions/,
    ],
    [
      'nothing until a day',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => ({
          ...batch,
          items: query?.startDate === undefined && query?.endDate !== undefined ? [] : batch.items,
        })),
      })),
      /With endDate alone, other transactions/,
    ],
    ...(['startDate', 'endDate'] as const).map(
      (alone): Fault => [
        `covered days beyond ${alone} alone`,
        memoryBank((bank) => ({
          fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => {
            const isAlone = (query?.startDate === undefined) !== (query?.endDate === undefined)
            const covered = { from: day('2025-01-01'), to: day('2026-12-31') }
            return isAlone && query?.[alone] !== undefined ? { ...batch, covered } : batch
          }),
        })),
        new RegExp(`With ${alone} alone, days .* covered`),
      ],
    ),
    [
      'all days',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, { signal: query.signal }),
      })),
      /One day asked for gives other transactions/,
      noDays,
    ],
    [
      'the day before as well',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, {
            ...query,
            startDate: query.startDate === '2026-01-06' ? day('2026-01-05') : query.startDate,
          }),
      })),
      /One day asked for gives other transactions/,
    ],
    [
      'not the last day',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch, _credentials, _id, query) => ({
          ...batch,
          items: batch.items.filter(({ transactionDate }) => transactionDate !== query?.endDate),
        })),
      })),
      /One day asked for gives other transactions/,
    ],
    [
      'all days until the last one',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, query.startDate === undefined ? { signal: query.signal } : query),
      })),
      /asked for/,
    ],
    [
      'all days from the first one',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, query.endDate === undefined ? { signal: query.signal } : query),
      })),
      /asked for/,
    ],
    [
      'days covered that were not asked for',
      memoryBank((bank) => ({
        fetchTransactions: changed(bank.fetchTransactions, (batch) => {
          return { ...batch, covered: { from: day('2026-01-01'), to: day('2026-12-31') } }
        }),
      })),
      /covered/,
      noDays,
    ],
  ],

  'refuses an account that is not there': [
    [
      'no transactions',
      memoryBank((bank) => ({
        fetchTransactions: failing(bank.fetchTransactions, refused, () => Ok({ ...nothing, covered: null })),
      })),
      /empty batch would hide the mistake/,
    ],
    [
      'no holdings',
      memoryBank((bank) => ({
        fetchHoldings: failing(bank.fetchHoldings, refused, () => Ok({ ...nothing, complete: true })),
      })),
      /empty batch would hide the mistake/,
    ],
    [
      'it rejects',
      memoryBank((bank) => ({ fetchHoldings: failing(bank.fetchHoldings, refused, reject) })),
      /fetchHoldings threw or rejected/,
    ],
    [
      'no Result',
      memoryBank((bank) => ({ fetchTransactions: failing(bank.fetchTransactions, refused, () => null) })),
      /fetchTransactions must give a Result/,
      dataSecrets,
    ],
  ],

  'ends with PROVIDER_ABORTED when the signal is aborted': [
    [
      'it goes on',
      memoryBank((bank) => ({ fetchAccounts: (credentials: Credentials) => bank.fetchAccounts(credentials) })),
      /aborted call must be PROVIDER_ABORTED/,
    ],
    [
      'another error',
      memoryBank((bank) => ({
        fetchAccounts: failing(bank.fetchAccounts, ['PROVIDER_ABORTED'], () => Err(unavailable())),
      })),
      /aborted call must be PROVIDER_ABORTED/,
    ],
    [
      'it rejects',
      memoryBank((bank) => ({
        async fetchAccounts(credentials: Credentials, options?: RequestOptions) {
          options?.signal?.throwIfAborted()
          return bank.fetchAccounts(credentials)
        },
      })),
      /fetchAccounts threw or rejected with AbortError/,
    ],
    [
      'transactions go on',
      memoryBank((bank) => ({
        fetchTransactions: (credentials: Credentials, id: string, query: TransactionQuery = {}) =>
          bank.fetchTransactions(credentials, id, { ...query, signal: undefined }),
      })),
      /aborted call must be PROVIDER_ABORTED/,
    ],
    [
      'holdings go on',
      memoryBank((bank) => ({
        fetchHoldings: (credentials: Credentials, id: string) => bank.fetchHoldings(credentials, id),
      })),
      /aborted call must be PROVIDER_ABORTED/,
    ],
    [
      'a snapshot goes on',
      snapshotBank((bank) => ({
        fetchSnapshot: (credentials: Credentials, query: TransactionQuery = {}) =>
          bank.fetchSnapshot(credentials, { ...query, signal: undefined }),
      })),
      /aborted call must be PROVIDER_ABORTED/,
    ],
  ],

  'shows no secret in data, errors and logs': [
    ['rawData of accounts', accounts(each({ rawData: wholeNumber })), /secret at index 3/],
    ['rawData of transactions', transactions(each({ rawData: wholeNumber })), /secret at index 3/],
    ['rawData of holdings', holdings(each({ rawData: wholeNumber })), /secret at index 3/],
    ['a name', accounts(each({ name: 'Everyday 000123451234' })), /secret at index 3/],
    ['a description', transactions(each({ description: 'To 000123455678' })), /secret at index 4/],
    [
      'a rejected account',
      memoryBank((bank) => ({ fetchAccounts: changed(bank.fetchAccounts, rejecting) })),
      /secret at index 3/,
    ],
    [
      'a rejected transaction',
      memoryBank((bank) => ({ fetchTransactions: changed(bank.fetchTransactions, rejecting) })),
      /secret at index 3/,
    ],
    [
      'a rejected holding',
      memoryBank((bank) => ({ fetchHoldings: changed(bank.fetchHoldings, rejecting) })),
      /secret at index 3/,
    ],
    [
      'a warning',
      memoryBank((bank) => ({ fetchTransactions: changed(bank.fetchTransactions, warning) })),
      /secret at index 3/,
    ],
    [
      'the message of an error',
      memoryBank((bank) => ({
        fetchTransactions: failing(bank.fetchTransactions, refused, () => refusal('Nothing for canary-api-key.')),
      })),
      /secret at index 1/,
    ],
    [
      'a field of an error',
      memoryBank((bank) => ({
        fetchTransactions: failing(bank.fetchTransactions, refused, (error) =>
          Err(Object.assign(error, { headers: ['canary-partner-key'] })),
        ),
      })),
      /secret at index 0/,
    ],
    [
      'the error of holdings',
      memoryBank((bank) => ({
        fetchHoldings: failing(bank.fetchHoldings, refused, () => refusal('Nothing for canary-api-key.')),
      })),
      /secret at index 1/,
    ],
    ['a log of fetchAccounts', logging('fetchAccounts'), /secret at index 1/],
    ['a log of fetchTransactions', logging('fetchTransactions'), /secret at index 1/],
    ['a log of fetchHoldings', logging('fetchHoldings'), /secret at index 1/],
    [
      'a record of a snapshot',
      snapshotBank((bank) => ({
        async *fetchSnapshot(...args: Parameters<SnapshotBank['fetchSnapshot']>) {
          for await (const page of bank.fetchSnapshot(...args)) yield page.map(rejecting)
        },
      })),
      /secret at index 3/,
    ],
    [
      'what identifies a file',
      fileBank((bank) => ({
        identify: changed(bank.identify, (found) => found && { ...found, format: 'Of 000123451234' }),
      })),
      /secret at index 0/,
    ],
  ],
}
