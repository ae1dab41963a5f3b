import { expect, test } from 'vitest'
import { connectSchwab, openBackend } from './backend.ts'

test('a request of another site changes nothing', async () => {
  const { openBrowser } = await openBackend()
  const browser = openBrowser()
  const post = (headers: Record<string, string>) =>
    browser('/oauth/schwab/authorize', { method: 'POST', body: {}, headers })
  const refusals = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ].map(post)
  for (const { status, problem } of await Promise.all(refusals)) {
    expect([status, problem?.code]).toEqual([403, 'FOREIGN_ORIGIN'])
  }
  const { status } = await browser('/connections/any', {
    method: 'DELETE',
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  expect(status).toBe(403)
})

test('a browser that does not say where a request comes from is asked for its origin', async () => {
  const { app } = await openBackend()
  const post = (headers: Record<string, string>) =>
    app.request('http://127.0.0.1:3000/oauth/schwab/authorize', { method: 'POST', body: '{}', headers })
  expect((await post({ origin: 'https://elsewhere.test' })).status).toBe(403)
  expect((await post({ origin: 'null' })).status).toBe(403)
  expect((await post({ origin: 'http://127.0.0.1:3000' })).status).toBe(200)
})

test('a session is signed, out of reach of scripts, and no other than its own', async () => {
  const { app } = await openBackend()
  const first = await app.request('http://127.0.0.1:3000/connections')
  const [cookie = ''] = first.headers.getSetCookie()
  expect(cookie).toMatch(/^session=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  const value = cookie.slice(0, cookie.indexOf(';'))
  const kept = await app.request('http://127.0.0.1:3000/connections', { headers: { cookie: value } })
  expect(kept.headers.getSetCookie()).toEqual([])
  const forged = await app.request('http://127.0.0.1:3000/connections', {
    headers: { cookie: value.replace('session=', 'session=0') },
  })
  expect(forged.headers.getSetCookie()).toHaveLength(1)
})

test('answers come with headers that leave nothing inline, and are kept by nobody', async () => {
  const { app } = await openBackend()
  const { headers } = await app.request('http://127.0.0.1:3000/accounts')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:/)
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
})

test('nobody sees or touches what is another user’s', async () => {
  const backend = await openBackend()
  const [owner, stranger] = [backend.openBrowser(), backend.openBrowser()]
  const connectionId = await connectSchwab(backend, owner)
  const { accounts } = (await owner('/accounts')).body
  expect(accounts).toHaveLength(2)

  expect((await stranger('/connections')).body).toEqual({ connections: [] })
  expect((await stranger('/accounts')).body).toEqual({ accounts: [], holdings: [], allocation: [] })
  expect((await stranger('/transactions')).body).toEqual({ transactions: [], next: null })
  expect((await stranger(`/transactions?accountId=${accounts[0].id}`)).body.transactions).toEqual([])
  for (const [method, path] of [
    ['GET', `/accounts/${accounts[0].id}/balances`],
    ['POST', `/connections/${connectionId}/sync`],
    ['DELETE', `/connections/${connectionId}`],
  ] as const) {
    expect([path, (await stranger(path, { method })).status]).toEqual([path, 404])
  }
  expect((await owner('/connections')).body.connections).toMatchObject([{ status: 'active' }])
})

test('a body larger than any request needs is refused before it is read whole', async () => {
  const { openBrowser } = await openBackend()
  const body = JSON.stringify({ provider: 'alpaca', input: { apiKey: 'x'.repeat(100_000) } })
  const { status, problem } = await openBrowser()('/connections', { method: 'POST', body })
  expect([status, problem?.code]).toEqual([413, 'TOO_LARGE'])
})

test('keys and files are taken so often in a minute, whatever the session', async () => {
  const { openBrowser } = await openBackend()
  const statusesOf = async (path: string, times: number) => {
    const seen: number[] = []
    for (let time = 0; time < times; time++)
      seen.push((await openBrowser()(path, { method: 'POST', body: '{}' })).status)
    return seen
  }
  expect(await statusesOf('/connections', 11)).toEqual([...Array(10).fill(400), 429])
  expect(await statusesOf('/imports', 21)).toEqual([...Array(20).fill(400), 429])
  expect((await openBrowser('another client')('/connections', { method: 'POST', body: '{}' })).status).toBe(400)
})

test('who asks for a page is told of a problem on a page, and scripts are told in JSON', async () => {
  const { app } = await openBackend()
  const ask = (accept: string) => app.request('http://127.0.0.1:3000/nowhere', { headers: { accept } })
  const page = await ask('text/html,application/xhtml+xml,*/*;q=0.8')
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
  expect(await page.text()).toContain('There is nothing here.')
  expect((await ask('*/*')).headers.get('content-type')).toBe('application/json')
})

test('who comes by another name of this machine goes on to the one that logins come back to', async () => {
  const { app } = await openBackend()
  const response = await app.request('http://localhost:3000/')
  expect([response.status, response.headers.get('location')]).toEqual([302, 'http://127.0.0.1:3000/'])
})

test('what nobody expected is told to the log, and not to the user', async () => {
  const { app, finport, errors } = await openBackend()
  finport.connections.list = () => Promise.reject(new Error('the password is hunter2'))
  const response = await app.request('http://127.0.0.1:3000/connections')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('hunter2')
  expect(errors).toMatchObject([{ message: 'the password is hunter2' }])
})

test('requests that can not be understood are refused in words', async () => {
  const { openBrowser } = await openBackend()
  const browser = openBrowser()
  const codeOf = async (path: string, body?: unknown) =>
    (await browser(path, body === undefined ? {} : { method: 'POST', body })).problem?.code
  expect(await codeOf('/nowhere')).toBe('NOT_FOUND')
  expect(await codeOf('/oauth/schwab/authorize', 'no JSON')).toBe('BAD_REQUEST')
  expect(await codeOf('/oauth/nobody/authorize', {})).toBe('PROVIDER_UNKNOWN')
  expect(await codeOf('/oauth/alpaca/authorize', {})).toBe('PROVIDER_INVALID_INPUT')
  expect(await codeOf('/connections', { provider: 'alpaca' })).toBe('BAD_REQUEST')
  expect(await codeOf('/connections', { provider: 'alpaca', input: {} })).toBe('PROVIDER_INVALID_INPUT')
  expect(await codeOf('/connections', { provider: 'alpaca', input: { apiKey: 'PK0', apiSecret: 'x' } })).toBe(
    'PROVIDER_AUTHENTICATION_FAILED',
  )
  expect(await codeOf('/transactions?after=yesterday')).toBe('BAD_REQUEST')
  expect(await codeOf('/transactions?limit=100000')).toBe('BAD_REQUEST')
})
