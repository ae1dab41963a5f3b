import { expect, test } from 'vitest'
import { connectSchwab, logInAtSchwab, openBackend } from './backend.ts'

test('a user connects, and the code is gone from the address', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  const finished = await browser(await logInAtSchwab(backend, browser))
  expect([finished.status, finished.headers.get('location')]).toEqual([
    303,
    expect.stringMatching(/^\/\?connected=[\w-]+$/),
  ])
  const { body } = await browser('/connections')
  expect(body.connections).toMatchObject([{ provider: 'schwab', status: 'active', sandbox: true }])
})

test('a user who denies is told so, and nothing is connected', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  const finished = await browser(await logInAtSchwab(backend, browser, { decision: 'deny' }))
  expect(finished.headers.get('location')).toBe('/?problem=OAUTH_DENIED')
  expect((await browser('/connections')).body).toEqual({ connections: [] })
})

test('a login ends in the browser it was begun in, and once', async () => {
  const backend = await openBackend()
  const [browser, another] = [backend.openBrowser(), backend.openBrowser('another client')]
  const callback = await logInAtSchwab(backend, browser)
  expect((await another(callback)).headers.get('location')).toBe('/?problem=OAUTH_STATE_INVALID')
  expect((await browser(callback)).headers.get('location')).toMatch(/^\/\?connected=/)
  expect((await browser(callback)).headers.get('location')).toBe('/?problem=OAUTH_STATE_INVALID')
  expect((await another('/connections')).body).toEqual({ connections: [] })
})

test('a login that ended is renewed in place, with the accounts it had', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser()
  const connectionId = await connectSchwab(backend, browser)
  const before = await browser('/accounts')
  backend.sandbox.advanceDays(8)
  const synced = await browser(`/connections/${connectionId}/sync`, { method: 'POST' })
  expect([synced.status, synced.problem]).toMatchObject([409, { code: 'REAUTHENTICATION_REQUIRED', reconnect: true }])
  expect((await browser('/connections')).body.connections).toMatchObject([{ id: connectionId, status: 'expired' }])

  await browser(await logInAtSchwab(backend, browser, { connectionId }))
  expect((await browser('/connections')).body.connections).toMatchObject([{ id: connectionId, status: 'active' }])
  expect((await browser(`/connections/${connectionId}/sync`, { method: 'POST' })).status).toBe(200)
  const idsOf = (answer: typeof before) => answer.body.accounts.map(({ id }: { id: string }) => id)
  expect(idsOf(await browser('/accounts'))).toEqual(idsOf(before))
})

test('each client may begin ten logins and end five in a minute', async () => {
  const backend = await openBackend()
  const browser = backend.openBrowser('one')
  const begin = () => browser('/oauth/schwab/authorize', { method: 'POST', body: {} })
  const end = () => browser('/oauth/schwab/callback?state=x')
  const statuses = async (times: number, call: typeof begin) => {
    const seen: number[] = []
    for (let time = 0; time < times; time++) seen.push((await call()).status)
    return seen
  }
  expect(await statuses(10, begin)).toEqual(Array(10).fill(200))
  expect(await statuses(5, end)).toEqual(Array(5).fill(303))
  const [begun, ended] = [await begin(), await end()]
  expect([begun.status, begun.headers.get('retry-after'), begun.problem?.retryAfterSeconds]).toEqual([429, '60', 60])
  expect(ended.status).toBe(429)

  const other = await backend.openBrowser('two')('/oauth/schwab/authorize', { method: 'POST', body: {} })
  expect(other.status).toBe(200)
  backend.advance(59_999)
  expect((await begin()).status).toBe(429)
  backend.advance(1)
  expect((await begin()).status).toBe(200)
})
