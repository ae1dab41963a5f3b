import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { ProviderError } from '../errors/provider-error.ts'
import type { Json } from '../json.ts'
import { type ChangePage, type ChangeSource, isChangeSource } from '../provider.ts'
import type { Result } from '../result.ts'
import { accountBatchSchema } from '../schemas.ts'
import { assertNoSecret, assertPlain, assertValid, settleAll, toValue } from './assertions.ts'
import { type CasesByName, type Session, start } from './harness.ts'

type Page = ChangePage<Json>

/** More pages than any harness shows: a feed that gives them never ends. */
const MAXIMUM_PAGES = 1_000

function requireChangeSource({ connector }: Session): ChangeSource {
  assert(isChangeSource(connector), 'The connector has no changes.')
  return connector
}

async function* upToTheLimit<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0
  for await (const page of pages) {
    if (count++ === MAXIMUM_PAGES) return
    yield page
  }
}

/** What `fetchChanges` gives from a cursor on. Nothing may come behind an error. */
async function resultsFrom(session: Session, cursor: string | null, signal?: AbortSignal) {
  const source = requireChangeSource(session)
  const results: Result<Page, ProviderError>[] = await settleAll('fetchChanges', () =>
    upToTheLimit(source.fetchChanges(session.credentials, cursor, { signal })),
  )
  assert(results.length < MAXIMUM_PAGES, `fetchChanges gave ${MAXIMUM_PAGES} pages and did not end.`)
  assert(
    results.length > 0,
    'fetchChanges gave no page: where nothing changed, a page without changes tells the cursor.',
  )
  const firstError = results.findIndex((result) => result.isErr())
  assert(firstError === -1 || firstError === results.length - 1, 'fetchChanges gave something after its first error.')
  return results
}

async function pagesFrom(session: Session, cursor: string | null): Promise<Page[]> {
  const results = await resultsFrom(session, cursor)
  return results.map((result) => toValue('fetchChanges', result))
}

/** Every page from the start: at least one change. */
async function allPages(session: Session): Promise<Page[]> {
  const pages = await pagesFrom(session, null)
  assert(
    pages.some(({ changes }) => changes.length > 0),
    'The harness must show at least one change.',
  )
  return pages
}

const changesOf = (pages: readonly Page[]) => pages.flatMap(({ changes }) => changes)

/** What a connector does whose data come as changes. */
export const changeCases: CasesByName = {
  async 'gives changes in pages that are well formed'(harness) {
    for (const page of await allPages(start(harness))) {
      const { changes, rejected, warnings, nextCursor } = page
      assert(Array.isArray(changes), 'A page of changes must have a list named changes.')
      assertValid(accountBatchSchema, { items: [], rejected, warnings, complete: true }, 'A page of changes')
      assert(typeof nextCursor === 'string' && nextCursor !== '', 'nextCursor must be a text that is not empty.')
      assertPlain(page, 'A page of changes')
    }
  },

  async 'gives the same changes for the same cursor, also from another instance'(harness) {
    const session = start(harness)
    const pages = await allPages(session)
    const first = changesOf(pages)
    const said = (where: string) => `The changes from the start differ ${where}.`
    assert(isDeepStrictEqual(changesOf(await pagesFrom(session, null)), first), said('on the second call'))
    assert(isDeepStrictEqual(changesOf(await pagesFrom(start(harness), null)), first), said('in another instance'))
  },

  async 'goes on where a cursor stands: nothing twice and nothing left out'(harness) {
    const session = start(harness)
    const pages = await allPages(session)
    for (const [index, { nextCursor }] of pages.entries()) {
      const found = changesOf(await pagesFrom(session, nextCursor))
      const wanted = changesOf(pages.slice(index + 1))
      assert(
        isDeepStrictEqual(found, wanted),
        `From the nextCursor of page ${index + 1} of ${pages.length}, ${wanted.length} changes are wanted, but there are ${found.length}, or others.`,
      )
    }
  },

  async 'gives an error, or all from the start, for a cursor that is none'(harness) {
    const session = start(harness)
    const all = changesOf(await allPages(session))
    for (const cursor of ['', 'no-such-cursor', '{"page":-1}', '\u0000']) {
      const results = await resultsFrom(session, cursor)
      assert(
        results.at(-1)?.isErr() || isDeepStrictEqual(changesOf(results.map((result) => toValue('', result))), all),
        'A cursor that is none must be an error or give all: without some changes, nobody would miss them.',
      )
    }
  },

  async 'ends its changes with PROVIDER_ABORTED when the signal is aborted'(harness) {
    const results = await resultsFrom(start(harness), null, AbortSignal.abort())
    for (const result of results) {
      assert(
        result.isErr() && result.error.code === 'PROVIDER_ABORTED',
        `fetchChanges with an aborted signal gave ${result.isErr() ? result.error.code : 'Ok'} instead of PROVIDER_ABORTED.`,
      )
    }
  },

  async 'shows no secret in changes and logs'(harness) {
    const session = start(harness)
    session.heard.push(await allPages(session))
    const refused = await resultsFrom(session, 'no-such-cursor')
    for (const result of refused) session.heard.push(result.isOk() ? result.value : result.error)
    assertNoSecret(session.heard, harness.secrets)
  },
}

/** What such a connector does when the network fails on the way. */
export const changeNetworkCases: CasesByName = {
  async 'ends its changes with its first error'(harness) {
    const whole = changesOf(await allPages(start(harness)))
    for (const goodAnswers of [0, 1]) {
      let requests = 0
      const session = start(harness, {
        fetch: async (request) => {
          if (requests++ >= goodAnswers || harness.fetch === undefined) throw new TypeError('fetch failed')
          return harness.fetch(request)
        },
      })
      const results = await resultsFrom(session, null)
      const found = changesOf(results.flatMap((result) => (result.isOk() ? [result.value] : [])))
      const isWhole = goodAnswers > 0 && isDeepStrictEqual(found, whole)
      assert(results.at(-1)?.isErr() || isWhole, 'fetchChanges with a network that fails must end with an error.')
    }
  },
}
