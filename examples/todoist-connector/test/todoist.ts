import type { FetchFunction } from '@finport/core'

type Item = { id: string; content: string; checked: boolean; is_deleted: boolean; due: object | null; version: number }
type Grant = { accessToken: string; expiresAt: number; refreshToken: string; usedAt: number | null; isRevoked: boolean }

const json = (body: object, status = 200) => Response.json(body, { status })
const refused = (error: string, status = 400) => json({ error }, status)

const notAuthorized = () =>
  Response.json(
    {
      error_tag: 'UNAUTHORIZED',
      error_code: 477,
      error: 'Unauthorized',
      http_code: 401,
      error_extra: { retry_after: 3 },
    },
    { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
  )

const projects = [
  { id: 'p-1', name: 'Inbox', is_archived: false, inbox_project: true, is_deleted: false },
  { id: 'p-2', name: 'Taxes', is_archived: false, is_deleted: false },
]

/** As much of Todoist as the connector uses, as its documentation says (API v1, November 2026): what a user does in it is done by the functions beside `fetch`. */
export function createTodoist({ now = Date.now }: { now?: () => number } = {}) {
  const codes = new Set<string>()
  const grants: Grant[] = []
  const items: Item[] = []
  const commands = new Set<string>()
  /** Each command, every time it came. */
  const received: string[] = []
  let version = 1
  /** Sync tokens from before are not known any more. */
  let firstKnown = 0
  let issued = 0

  function issueGrant() {
    const number = ++issued
    const grant = { accessToken: `canary-access-${number}`, refreshToken: `canary-refresh-${number}` }
    grants.push({ ...grant, expiresAt: now() + 3_600_000, usedAt: null, isRevoked: false })
    return grant
  }

  const toTokens = ({ accessToken, refreshToken }: { accessToken: string; refreshToken?: string }) => ({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 3_600,
    scope: 'data:read_write',
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  })

  function refresh(refreshToken: string | null): Response {
    const index = grants.findIndex((grant) => grant.refreshToken === refreshToken)
    const grant = grants[index]
    if (grant === undefined || grant.isRevoked) return refused('invalid_grant')
    if (grant.usedAt === null) {
      grant.usedAt = now()
      return json(toTokens(issueGrant()))
    }
    const next = grants[index + 1]
    if (next !== undefined && now() - grant.usedAt <= 60_000) return json(toTokens({ accessToken: next.accessToken }))
    for (const one of grants) one.isRevoked = true
    return refused('invalid_grant')
  }

  function giveTokens(form: URLSearchParams): Response {
    if (form.get('client_id') !== 'client-1' || form.get('client_secret') !== 'canary-client-secret')
      return refused('incorrect_application_credentials')
    if (form.get('grant_type') === 'refresh_token') return refresh(form.get('refresh_token'))
    return codes.delete(form.get('code') ?? '') ? json(toTokens(issueGrant())) : refused('bad_authorization_code')
  }

  function revoke(request: Request, { token }: { token: string }): Response {
    if (request.headers.get('authorization') !== `Basic ${btoa('client-1:canary-client-secret')}`)
      return refused('invalid_client', 401)
    for (const grant of grants) if (grant.accessToken === token) grant.isRevoked = true
    return json({})
  }

  const toItem = ({ version: _, ...item }: Item) =>
    item.is_deleted
      ? { id: item.id, is_deleted: true }
      : { ...item, project_id: 'p-2', parent_id: null, description: '', priority: 1, labels: [] }

  function read(syncToken: string): Response {
    const isFull = syncToken === '*'
    const since = isFull ? 0 : Number(/^sync-token-(\d+)$/.exec(syncToken)?.[1])
    if (!(since <= version) || (!isFull && since < firstKnown)) {
      return json(
        {
          error_tag: 'INVALID_ARGUMENT_VALUE',
          error_code: 20,
          http_code: 400,
          error_extra: { argument: 'sync_token' },
        },
        400,
      )
    }
    const changed = items.filter((item) => item.version > since && !(isFull && (item.checked || item.is_deleted)))
    return json({
      full_sync: isFull,
      sync_token: `sync-token-${version}`,
      projects: isFull ? projects : [],
      items: changed.map(toItem),
    })
  }

  function close(id: string): object | 'ok' {
    const item = items.find((one) => one.id === id && !one.is_deleted)
    if (item === undefined) return { error_tag: 'NOT_FOUND', error_code: 478, error: 'Item not found', http_code: 404 }
    change(item, { checked: true })
    return 'ok'
  }

  function run(text: string): Response {
    const status: Record<string, object | 'ok'> = {}
    for (const { type, uuid, args } of JSON.parse(text) as { type: string; uuid: string; args: { id: string } }[]) {
      received.push(uuid)
      if (type !== 'item_close') status[uuid] = { error_code: 36, error: 'Unknown command', http_code: 400 }
      else status[uuid] = commands.has(uuid) ? 'ok' : close(args.id)
      if (status[uuid] === 'ok') commands.add(uuid)
    }
    return json({ sync_status: status, temp_id_mapping: {}, sync_token: `sync-token-${version}`, full_sync: false })
  }

  function sync(request: Request, form: URLSearchParams): Response {
    const token = request.headers.get('authorization')?.replace('Bearer ', '')
    const grant = grants.find(({ accessToken }) => accessToken === token)
    if (grant === undefined || grant.isRevoked || grant.expiresAt <= now()) return notAuthorized()
    return form.has('commands') ? run(form.get('commands') ?? '') : read(form.get('sync_token') ?? '')
  }

  function change(item: Item, fields: Partial<Item>): void {
    Object.assign(item, fields, { version: ++version })
  }

  const itemOf = (id: string) => {
    const item = items.find((one) => one.id === id)
    if (item === undefined) throw new Error(`There is no task ${id}.`)
    return item
  }

  const fetch: FetchFunction = async (request) => {
    const { host, pathname } = new URL(request.url)
    if (host !== 'api.todoist.com' || request.method !== 'POST') return new Response(null, { status: 404 })
    if (pathname === '/api/v1/revoke') return revoke(request, (await request.json()) as { token: string })
    const form = new URLSearchParams(await request.text())
    if (pathname === '/oauth/access_token') return giveTokens(form)
    return pathname === '/api/v1/sync' ? sync(request, form) : new Response(null, { status: 404 })
  }

  return {
    fetch,
    received,
    /** The tokens of a user who went through all of it. */
    login: () => issueGrant(),
    /** The user agrees to be connected: the code of the callback. */
    approve(): string {
      const code = `canary-code-${codes.size + issued}`
      codes.add(code)
      return code
    },
    addTask(id: string, content: string, due: object | null = null): void {
      items.push({ id, content, checked: false, is_deleted: false, due, version: ++version })
    },
    /** No sync token that was given until now is known any more. */
    forgetCursors(): void {
      firstKnown = ++version
    },
    renameTask: (id: string, content: string) => change(itemOf(id), { content }),
    reopenTask: (id: string) => change(itemOf(id), { checked: false }),
    deleteTask: (id: string) => change(itemOf(id), { is_deleted: true }),
    completedTasks: () => items.filter(({ checked }) => checked).map(({ id }) => id),
  }
}
