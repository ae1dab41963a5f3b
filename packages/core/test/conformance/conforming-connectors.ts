import * as z from 'zod'
import type { ProviderHarness } from '../../src/conformance/index.ts'
import { createHttpClient } from '../../src/http/index.ts'
import {
  type ChangePage,
  createProvider,
  defineConnector,
  Err,
  type FetchFunction,
  type Json,
  type LinkTokenCredentials,
  Ok,
  type ProviderError,
  parseCredentials,
  type RejectedRecord,
  type RequestOptions,
  type Result,
  type RuntimeOptions,
} from '../../src/index.ts'
import { fakeMetadata, revoke } from '../fake-provider.ts'
import { refuse } from './institution.ts'

type Note = { id: string; text: string }

const pages: Note[][] = [
  [
    { id: 'note-1', text: 'Buy bread' },
    { id: 'note-2', text: 'Call the bank' },
  ],
  [{ id: 'note-3', text: 'File the taxes' }],
  [],
]

/** Notes in three pages, things to do with them, and tokens for what a user types. */
const noteServer: FetchFunction = async (request) => {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/exchange') return Response.json({ access: 'canary-access', item: 'item-1' })
  if (request.headers.get('authorization') !== 'Bearer canary-access') return new Response(null, { status: 401 })
  if (pathname === '/done') return Response.json({ done: true })
  const page = Number(searchParams.get('since') ?? '0')
  const notes = pages[page]
  if (notes === undefined) return new Response(null, { status: 404 })
  return Response.json({ notes, next: Math.min(page + 1, pages.length - 1), more: page + 1 < pages.length - 1 })
}

const wire = {
  notes: z.object({ notes: z.array(z.custom<Json>()), next: z.number(), more: z.boolean() }),
  note: z.object({ id: z.string(), text: z.string() }),
  done: z.object({ done: z.literal(true) }),
  exchange: z.object({ access: z.string(), item: z.string() }),
}

function sort(records: readonly Json[]): Pick<ChangePage<Note>, 'changes' | 'rejected'> {
  const changes: Note[] = []
  const rejected: RejectedRecord[] = []
  for (const [index, record] of records.entries()) {
    const note = wire.note.safeParse(record)
    if (note.success) changes.push(note.data)
    else {
      const reason = 'It is no note.'
      rejected.push({ id: null, providerAccountId: null, path: `$.notes[${index}]`, reason, rawData: record })
    }
  }
  return { changes, rejected }
}

const actionSchema = z.object({ type: z.literal('done'), noteId: z.string() })
const provider = 'note-list'
const url = 'https://api.example.com'

/** Reached by an exchange; its notes come as changes, and can be done. */
const noteList = defineConnector({
  slug: provider,
  metadata: { ...fakeMetadata, category: 'other', authType: 'link_token', credentialType: 'link_token' },
  settings: z.object({}),
  create: (_settings, runtime) => {
    const http = createHttpClient({ provider, metadata: fakeMetadata, runtime })
    const authorize = ({ accessToken }: LinkTokenCredentials) => ({ authorization: `Bearer ${accessToken}` })
    const parse = (input: unknown) => parseCredentials('link_token', input, { provider })

    return {
      parseCredentials: parse,
      revoke,

      async exchangeCredentials(
        input: unknown,
        { signal }: RequestOptions = {},
      ): Promise<Result<LinkTokenCredentials, ProviderError>> {
        const operation = 'exchangeCredentials'
        if (typeof input !== 'string' || input === '')
          return refuse(provider, operation, { path: 'input', reason: 'A token is needed.' })
        const json = { token: input }
        const answer = await http.request({
          operation,
          method: 'POST',
          url: `${url}/exchange`,
          json,
          schema: wire.exchange,
          signal,
        })
        if (answer.isErr()) return Err(answer.error)
        const { access, item } = answer.value.value
        return parse({ accessToken: access, itemId: item })
      },

      async *fetchChanges(
        credentials: LinkTokenCredentials,
        cursor: string | null,
        { signal }: RequestOptions = {},
      ): AsyncGenerator<Result<ChangePage<Note>, ProviderError>> {
        let since = cursor
        for (;;) {
          const answer = await http.request({
            operation: 'fetchChanges',
            url: `${url}/notes`,
            query: { since: since ?? undefined },
            headers: authorize(credentials),
            schema: wire.notes,
            argument: 'cursor',
            signal,
          })
          if (answer.isErr()) return yield Err(answer.error)
          const { notes, next, more } = answer.value.value
          since = `${next}`
          yield Ok({ ...sort(notes), warnings: [], nextCursor: since })
          if (!more) return
        }
      },

      async act(
        credentials: LinkTokenCredentials,
        action: z.infer<typeof actionSchema>,
        { signal }: RequestOptions = {},
      ): Promise<Result<{ done: true }, ProviderError>> {
        const operation = 'act'
        const parsed = actionSchema.safeParse(action)
        if (!parsed.success) return refuse(provider, operation, { path: 'action', reason: 'There is no such action.' })
        const answer = await http.request({
          operation,
          method: 'POST',
          url: `${url}/done`,
          headers: authorize(credentials),
          json: parsed.data,
          schema: wire.done,
          signal,
        })
        return answer.map(({ value }) => value)
      },
    }
  },
})

export const noteListHarness = {
  create: (runtime: RuntimeOptions) => createProvider(noteList, {}, runtime),
  input: () => ({ accessToken: 'canary-access', itemId: 'item-1' }),
  fetch: noteServer,
  exchangeInput: () => 'canary-setup-token',
  action: () => ({ type: 'done', noteId: 'note-1' }),
  secrets: ['canary-access', 'canary-setup-token'],
} satisfies ProviderHarness
