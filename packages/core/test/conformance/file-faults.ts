import {
  Err,
  type FileImportCredentials,
  type ImportFile,
  Ok,
  type ProviderError,
  type Result,
} from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { isStatement } from './file-bank.ts'
import { changed, type FaultsOf, type FileBank, refusal, reject, spoiled, unavailable } from './spoil.ts'

const { fileBank } = spoiled

type Identify = FileBank['identify']
type Found = { format: string; accounts: object[] }

/** Finds something else in the good file. */
const finding = (change: (found: Found, file: ImportFile) => unknown) =>
  fileBank((bank) => ({
    identify: changed(bank.identify, (found, file) => (found && isStatement(file) ? change(found, file) : found)),
  }))

/** Does something else with files that are spoiled but still begin like a good one. */
const onSpoiled = (
  method: 'fetchAccounts' | 'fetchTransactions' | 'fetchHoldings' | 'identify',
  change: (call: () => Promise<Result<object | null, ProviderError>>, text: string) => unknown,
) =>
  fileBank((bank) => {
    const call: (file: FileImportCredentials, ...rest: never[]) => Promise<Result<object | null, ProviderError>> =
      bank[method]
    return {
      [method](file: FileImportCredentials, ...rest: never[]) {
        const { fileContent } = file
        const text = fileContent instanceof Uint8Array ? new TextDecoder().decode(fileContent) : ''
        const isSpoiled = text.startsWith('STATEMENT 1\n') && !isStatement(file)
        return isSpoiled ? change(() => call(file, ...rest), text) : call(file, ...rest)
      },
    }
  })

/** The batch of a spoiled file with other items. */
const items = (change: (items: object[]) => object[]) => async (call: () => Promise<Result<object | null, unknown>>) =>
  (await call()).map((batch) => ({ ...batch, items: change((batch as { items: object[] }).items) }))

const withTime = (account: object) => ({ ...account, period: new Date(0) })
const each = (fields: object) => items((all) => all.map((item) => ({ ...item, ...fields })))
const twice = items((all) => [...all, ...all.slice(0, 1)])

export const fileFaults: FaultsOf<CaseName<'file'>> = {
  'tells what the file is by its content, whatever its name': [
    [
      'nothing without the right ending',
      fileBank((bank) => ({
        identify: async (...args: Parameters<Identify>) =>
          args[0].fileName.endsWith('.txt') ? bank.identify(...args) : Ok(null),
      })),
      /identify must know the file of the harness/,
    ],
    [
      'another format by another ending',
      finding((found, { fileName }) => ({ ...found, format: fileName.split('.').at(-1) ?? '' })),
      /name/,
    ],
    [
      'nothing at all',
      fileBank(() => ({ identify: async () => Ok(null) })),
      /identify must know the file of the harness/,
    ],
    [
      'anything at all',
      fileBank(() => ({
        identify: async () => {
          const { category, accountType } = { category: 'depository', accountType: 'checking' }
          const account = {
            providerAccountId: 'account-1234',
            accountNumberMasked: null,
            category,
            accountType,
            period: null,
          }
          return Ok({ format: 'STATEMENT 1', accounts: [account] })
        },
      })),
      /identify/,
    ],
    ['no format', finding((found) => ({ ...found, format: '' })), /identify must name the format/],
    ['undefined as format', finding(({ accounts }) => ({ accounts })), /identify must name the format/],
    ['no accounts', finding((found) => ({ ...found, accounts: [] })), /identify must name the format and the accounts/],
    ['undefined as accounts', finding(({ format }) => ({ format })), /identify must name the format and the accounts/],
    ['undefined', finding(() => undefined), /identify must/],
    [
      'other accounts than the calls',
      finding(({ accounts, ...found }) => {
        return { ...found, accounts: accounts.map((account) => ({ ...account, providerAccountId: 'other' })) }
      }),
      /identify.*accounts/,
    ],
    [
      'not plain',
      fileBank((bank) => ({
        identify: changed(bank.identify, (found) => found && { ...found, accounts: found.accounts.map(withTime) }),
      })),
      /identify/,
    ],
    [
      'an error',
      fileBank((bank) => ({
        identify: async (...args: Parameters<Identify>) =>
          isStatement(args[0]) ? Err(unavailable()) : bank.identify(...args),
      })),
      /identify gave PROVIDER_UNAVAILABLE/,
    ],
    [
      'it rejects',
      fileBank((bank) => ({
        identify: (...args: Parameters<Identify>) => (isStatement(args[0]) ? reject() : bank.identify(...args)),
      })),
      /identify threw or rejected with TypeError/,
      'never throws or hangs on a spoiled file, and gives only what is well formed',
    ],
    [
      'no stream is identified',
      fileBank((bank) => ({
        identify: async (...args: Parameters<Identify>) =>
          args[0].fileContent instanceof Uint8Array ? bank.identify(...args) : Ok(null),
      })),
      /stream/,
    ],
    [
      'no stream is read',
      fileBank((bank) => ({
        fetchAccounts: async (...args: Parameters<FileBank['fetchAccounts']>) =>
          args[0].fileContent instanceof Uint8Array ? bank.fetchAccounts(...args) : refusal('Bytes only.'),
      })),
      /stream/,
    ],
  ],

  'never throws or hangs on a spoiled file, and gives only what is well formed': [
    ['identify rejects', onSpoiled('identify', reject), /identify threw or rejected with TypeError/],
    ['identify gives no Result', onSpoiled('identify', async () => null), /identify must give a Result/],
    ['fetchAccounts rejects', onSpoiled('fetchAccounts', reject), /fetchAccounts threw or rejected with TypeError/],
    ['fetchAccounts throws', onSpoiled('fetchAccounts', () => JSON.parse('{')), /fetchAccounts threw or rejected/],
    ['fetchAccounts gives no Result', onSpoiled('fetchAccounts', async () => []), /fetchAccounts must give a Result/],
    ['fetchTransactions rejects', onSpoiled('fetchTransactions', reject), /fetchTransactions threw or rejected/],
    [
      'fetchTransactions gives an error for an account that is there',
      onSpoiled('fetchTransactions', async () => Err(unavailable())),
      /fetchTransactions gave PROVIDER_UNAVAILABLE/,
    ],
    ['fetchHoldings rejects', onSpoiled('fetchHoldings', reject), /fetchHoldings threw or rejected/],
    [
      'fetchSnapshot rejects',
      fileBank((bank) => ({
        async *fetchSnapshot(...args: Parameters<FileBank['fetchSnapshot']>) {
          if (!isStatement(args[0])) await reject()
          yield* bank.fetchSnapshot(...args)
        },
      })),
      /fetchSnapshot threw or rejected/,
    ],
    [
      'malformed accounts',
      onSpoiled('fetchAccounts', each({ balance: Number.NaN })),
      /accounts of a spoiled file is not well formed/,
    ],
    ['accounts twice', onSpoiled('fetchAccounts', twice), /providerAccountId must be unique/],
    [
      'malformed transactions',
      onSpoiled('fetchTransactions', each({ transactionDate: 'Invalid Date' })),
      /transactions of a spoiled file is not well formed/,
    ],
    ['transactions twice', onSpoiled('fetchTransactions', twice), /providerTransactionId must be unique/],
    [
      'transactions of another account',
      onSpoiled('fetchTransactions', each({ providerAccountId: 'other' })),
      /another account/,
    ],
    ['malformed holdings', onSpoiled('fetchHoldings', each({ quantity: 'NaN' })), /holdings of a spoiled file/],
    ['holdings twice', onSpoiled('fetchHoldings', twice), /providerHoldingId must be unique/],
    [
      'it does not take the file',
      fileBank((bank) => ({
        parseCredentials: (input: ImportFile) =>
          isStatement(Object(input)) ? bank.parseCredentials(input) : refusal('This is no statement.'),
      })),
      /parseCredentials must not look into the file/,
    ],
    [
      'it throws at the file',
      fileBank((bank) => ({
        parseCredentials: (input: ImportFile) =>
          Object(input).fileContent === undefined || isStatement(input)
            ? bank.parseCredentials(input)
            : JSON.parse(new TextDecoder().decode(input.fileContent as Uint8Array)),
      })),
      /parseCredentials threw/,
    ],
    ['an error quotes the file', onSpoiled('fetchAccounts', async (_call, text) => refusal(text)), /secret at index/],
  ],
}
