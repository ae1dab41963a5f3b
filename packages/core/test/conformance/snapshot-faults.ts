import { Err, Ok, type ProviderError, type Result, type SnapshotPage } from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { type FaultsOf, reject, type SnapshotBank, spoiled, unavailable } from './spoil.ts'

const { snapshotBank } = spoiled

type SnapshotCall = Parameters<SnapshotBank['fetchSnapshot']>

/** Other pages than the three calls would make. */
const pages = (change: (pages: SnapshotPage[]) => unknown[]) =>
  snapshotBank((bank) => ({
    async *fetchSnapshot(...args: SnapshotCall): AsyncGenerator<Result<unknown, ProviderError>> {
      const good: SnapshotPage[] = []
      for await (const page of bank.fetchSnapshot(...args)) {
        if (page.isErr()) return yield page
        good.push(page.value)
      }
      for (const page of change(good)) yield Ok(page)
    },
  }))
const everyPage = (change: (page: SnapshotPage) => object) =>
  pages((good) => good.map((page) => ({ ...page, ...change(page) })))
const each = (fields: object) => (rows: object[]) => rows.map((row) => ({ ...row, ...fields }))

/** All the pages, and this. */
const ending = (more: () => AsyncIterable<unknown>) =>
  snapshotBank((bank) => ({
    async *fetchSnapshot(...args: SnapshotCall) {
      for await (const page of bank.fetchSnapshot(...args)) {
        yield page
        if (page.isErr()) return
      }
      yield* more()
    },
  }))

export const snapshotFaults: FaultsOf<CaseName<'snapshot'>> = {
  'gives the same in a snapshot as in the three calls': [
    ['an account too few', pages((good) => good.slice(1)), /snapshot/i],
    [
      'an account too many',
      everyPage(({ accounts: [one] }) => ({ accounts: [one, { ...one, providerAccountId: 'x' }] })),
      /snapshot/i,
    ],
    ['a transaction too few', everyPage(({ transactions: [, ...rest] }) => ({ transactions: rest })), /snapshot/i],
    [
      'a transaction before its account',
      pages((good) =>
        good.flatMap((page) => [
          { ...page, accounts: [] },
          { ...page, transactions: [] },
        ]),
      ),
      /transaction comes before its account/,
    ],
    [
      'other amounts',
      everyPage(({ transactions: all }) => ({ transactions: each({ amount: '1' })(all) })),
      /snapshot/i,
    ],
    ['no holdings', everyPage(() => ({ holdings: [] })), /snapshot/i],
    ['other names', everyPage(({ accounts: all }) => ({ accounts: each({ name: 'Other' })(all) })), /snapshot/i],
    ['a key of its own', everyPage(({ holdings: all }) => ({ holdings: each({ weight: '1' })(all) })), /snapshot/i],
    ['rejected records of another form', everyPage(() => ({ rejected: [{ path: '$' }] })), /snapshot/i],
    ['no word on what is through', everyPage(() => ({ completed: undefined })), /snapshot/i],
    ['a page that is short of lists', everyPage(() => ({ rejected: undefined })), /snapshot/i],
    [
      'days that were not asked for',
      snapshotBank((bank) => ({
        fetchSnapshot: (...[credentials, query]: SnapshotCall) =>
          bank.fetchSnapshot(credentials, { signal: query?.signal }),
      })),
      /snapshot/i,
    ],
    [
      'an error',
      ending(async function* () {
        yield Err(unavailable())
      }),
      /fetchSnapshot gave PROVIDER_UNAVAILABLE/,
    ],
    [
      'no Result',
      ending(async function* () {
        yield {}
      }),
      /fetchSnapshot must give a Result/,
    ],
    [
      'it rejects',
      ending(async function* () {
        yield await reject()
      }),
      /fetchSnapshot threw or rejected with TypeError/,
    ],
    [
      'it throws',
      ending(() => {
        throw new TypeError('canary')
      }),
      /fetchSnapshot threw or rejected with TypeError/,
    ],
  ],
}
