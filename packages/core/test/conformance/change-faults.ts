import {
  type ChangePage,
  Err,
  Ok,
  type ProviderError,
  ProviderInvalidInputError,
  type Result,
} from '../../src/index.ts'
import type { CaseName } from './case-names.ts'
import { type FaultsOf, NotPlain, reject, spoiled, unavailable } from './spoil.ts'

const { noteList } = spoiled

type Note = { id: string; text: string }
type Page = ChangePage<Note>
type Pages = AsyncGenerator<Result<Page, ProviderError>>

/** A list whose pages are changed one by one. */
const paging = (change: (page: Page, cursor: string | null) => unknown) =>
  noteList((list) => ({
    async *fetchChanges(...args: Parameters<typeof list.fetchChanges>) {
      for await (const page of list.fetchChanges(...args)) yield page.map((one) => change(one, args[1]))
    },
  }))

/** A list whose pages are given by another generator. */
const listing = (fetchChanges: (pages: Pages, cursor: string | null, signal?: AbortSignal) => AsyncIterable<unknown>) =>
  noteList((list) => ({
    fetchChanges: (...[credentials, cursor, options]: Parameters<typeof list.fetchChanges>) =>
      fetchChanges(list.fetchChanges(credentials, cursor, options), cursor, options?.signal),
  }))

/** Errors of `fetchChanges` taken for something else. */
const forgiving = (codes: readonly string[], instead: (error: ProviderError) => unknown) =>
  listing(async function* (pages) {
    for await (const page of pages) yield page.isErr() && codes.includes(page.error.code) ? instead(page.error) : page
  })

const empty: Page = { changes: [], rejected: [], warnings: [], nextCursor: '2' }
const names = {
  wellFormed: 'gives changes in pages that are well formed',
  same: 'gives the same changes for the same cursor, also from another instance',
  goesOn: 'goes on where a cursor stands: nothing twice and nothing left out',
  noCursor: 'gives an error, or all from the start, for a cursor that is none',
  aborted: 'ends its changes with PROVIDER_ABORTED when the signal is aborted',
  secrets: 'shows no secret in changes and logs',
  broken: 'ends its changes with its first error',
} as const satisfies Record<string, CaseName<'changes' | 'changesOverNetwork'>>
const allCases = Object.values(names)
const allBut = (...left: CaseName[]) => allCases.filter((name) => !left.includes(name))

/** A list whose changes are numbered, through all calls. */
const counting = () => {
  let calls = 0
  return paging((page) => ({ ...page, changes: page.changes.map((note) => ({ ...note, call: calls++ })) }))
}

/** A list whose changes name the instance. */
const numbering = () => {
  let instances = 0
  return noteList((list) => {
    const instance = instances++
    return {
      async *fetchChanges(...args: Parameters<typeof list.fetchChanges>) {
        for await (const page of list.fetchChanges(...args))
          yield page.map((one) => ({ ...one, changes: one.changes.map((note) => ({ ...note, instance })) }))
      },
    }
  })
}

export const changeFaults: FaultsOf<CaseName<'changes' | 'changesOverNetwork'>> = {
  [names.wellFormed]: [
    ['no list of rejected', paging(({ rejected: _, ...page }) => page), /page of changes is not well formed.*rejected/],
    ['a warning of its own kind', paging((page) => ({ ...page, warnings: [{ code: 'LATE' }] })), /warnings/],
    ['a cursor that is no text', paging((page) => ({ ...page, nextCursor: 7 })), /nextCursor/, names.goesOn],
    ['an empty cursor', paging((page) => ({ ...page, nextCursor: '' })), /nextCursor/, names.goesOn],
    [
      'a change of a class',
      paging((page) => ({ ...page, changes: page.changes.map((note) => Object.assign(new NotPlain(), note)) })),
      /does not survive JSON/,
    ],
    [
      'a change with a date',
      paging((page) => ({ ...page, changes: page.changes.map((note) => ({ ...note, at: new Date(0) })) })),
      /does not survive JSON/,
    ],
    [
      'no changes at all',
      paging((page) => ({ ...page, changes: [] })),
      /at least one change/,
      ...allBut(names.wellFormed, names.aborted),
    ],
    ['it throws', listing(() => JSON.parse('{')), /fetchChanges threw or rejected/, ...allBut(names.wellFormed)],
    [
      'it rejects on the way',
      listing(async function* (pages) {
        for await (const page of pages) {
          yield page
          await reject()
        }
      }),
      /fetchChanges threw or rejected/,
      ...allBut(names.wellFormed),
    ],
    ['no page at all', listing(async function* () {}), /gave no page/, ...allBut(names.wellFormed)],
    [
      'pages without end',
      listing(async function* (pages) {
        for await (const page of pages) {
          yield page
          while (page.isOk()) yield Ok(empty)
        }
      }),
      /did not end/,
      ...allBut(names.wellFormed, names.aborted),
    ],
  ],

  [names.same]: [
    ['changes that differ from call to call', counting(), /differ on the second call/, names.goesOn, names.noCursor],
    ['changes that differ from instance to instance', numbering(), /differ in another instance/],
  ],

  [names.goesOn]: [
    [
      'the same cursor again',
      paging((page, cursor) => ({ ...page, nextCursor: cursor ?? '0' })),
      /From the nextCursor of page 1/,
    ],
    [
      'a cursor that is too far',
      paging((page) => ({ ...page, nextCursor: '2' })),
      /From the nextCursor of page 1 of 2, 1 changes are wanted, but there are 0/,
    ],
  ],

  [names.noCursor]: [
    ['nothing', forgiving(['PROVIDER_INVALID_INPUT'], () => Ok(empty)), /cursor that is none/],
    [
      'half',
      noteList((list) => ({
        fetchChanges: (...[credentials, cursor, options]: Parameters<typeof list.fetchChanges>) =>
          list.fetchChanges(credentials, cursor === null || /^\d$/.test(cursor) ? cursor : '1', options),
      })),
      /cursor that is none/,
    ],
  ],

  [names.aborted]: [
    [
      'it pays no heed',
      noteList((list) => ({
        fetchChanges: (...[credentials, cursor]: Parameters<typeof list.fetchChanges>) =>
          list.fetchChanges(credentials, cursor),
      })),
      /aborted signal gave Ok/,
    ],
    [
      'another code',
      forgiving(['PROVIDER_ABORTED'], () => Err(unavailable())),
      /aborted signal gave PROVIDER_UNAVAILABLE/,
    ],
  ],

  [names.secrets]: [
    [
      'the token in a change',
      paging((page) => ({ ...page, changes: [...page.changes, { by: 'canary-access' }] })),
      /secret at index 0/,
      names.goesOn,
    ],
    [
      'the token in the log',
      noteList((list, { logger }) => ({
        fetchChanges(...args: Parameters<typeof list.fetchChanges>) {
          logger?.debug('asking', { with: args[0].accessToken })
          return list.fetchChanges(...args)
        },
      })),
      /secret at index 0/,
    ],
    [
      'the token in the error of a cursor',
      forgiving(['PROVIDER_INVALID_INPUT'], () =>
        Err(
          new ProviderInvalidInputError({
            provider: 'note-list',
            operation: 'fetchChanges',
            issues: [{ path: 'cursor', reason: 'Not with canary-access.' }],
          }),
        ),
      ),
      /secret at index 0/,
    ],
  ],

  [names.broken]: [
    ['a page without changes instead', forgiving(['PROVIDER_UNAVAILABLE'], () => Ok(empty)), /must end with an error/],
    [
      'the end instead',
      listing(async function* (pages) {
        let count = 0
        for await (const page of pages) {
          if (page.isErr() && page.error.code === 'PROVIDER_UNAVAILABLE' && count > 0) return
          count++
          yield page
        }
      }),
      /must end with an error/,
    ],
    [
      'it goes on behind the error',
      listing(async function* (pages) {
        for await (const page of pages) {
          yield page
          if (page.isErr() && page.error.code === 'PROVIDER_UNAVAILABLE') yield Ok(empty)
        }
      }),
      /something after its first error/,
    ],
  ],
}
