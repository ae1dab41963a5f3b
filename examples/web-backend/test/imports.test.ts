import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ImportEvent } from '../src/page/import-event.ts'
import { type Backend, type Browser, openBackend } from './backend.ts'

const fileNamed = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')

/** The next event of an import that is no progress. */
async function nextOutcome({ app }: Backend, cookie: string, id: string): Promise<ImportEvent> {
  const response = await app.request(`http://127.0.0.1:3000/imports/${id}/events`, { headers: { cookie } })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    const outcome = /event: (?:preview|imported|failed)\ndata: (.*)\n\n/.exec(text)
    if (outcome?.[1] !== undefined) return JSON.parse(outcome[1])
  }
  throw new Error('The events ended without an outcome.')
}

async function openImporter() {
  const backend = await openBackend()
  let cookie = ''
  const browser: Browser = async (path, call) => {
    const answer = await backend.openBrowser()(path, {
      ...call,
      headers: { ...call?.headers, ...(cookie && { cookie }) },
    })
    cookie ||= answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    return answer
  }
  const upload = async (name: string, content: string) =>
    (await browser(`/imports?${new URLSearchParams({ fileName: name })}`, { method: 'POST', body: content })).body.id
  await browser('/connections')
  const open = (path: string) => backend.app.request(`http://127.0.0.1:3000${path}`, { headers: { cookie } })
  return { backend, browser, open, upload, next: (id: string) => nextOutcome(backend, cookie, id) }
}

test('a preview says what an import would do and stores nothing; the import does just that', async () => {
  const { browser, upload, next } = await openImporter()
  const id = await upload('checking.qfx', fileNamed('checking.qfx'))
  const preview = await next(id)
  expect(preview).toMatchObject({
    type: 'preview',
    provider: 'chase-file',
    accounts: [{ name: 'Checking ••••3390', added: 8, modified: 0, unchanged: 0, rejected: 0 }],
  })
  expect((await browser('/accounts')).body.accounts).toEqual([])
  expect((await browser('/connections')).body.connections).toEqual([])

  expect((await browser(`/imports/${id}/confirm`, { method: 'POST', body: {} })).status).toBe(202)
  expect(await next(id)).toEqual({ ...preview, type: 'imported' })
  expect((await browser('/transactions')).body.transactions).toHaveLength(8)
  expect((await browser('/accounts')).body.accounts).toMatchObject([{ name: 'Checking ••••3390', balance: '5623.75' }])

  const again = await next(await upload('again.qfx', fileNamed('checking.qfx')))
  expect(again).toMatchObject({ accounts: [{ added: 0, modified: 0, unchanged: 8 }] })
})

test('the balance of an imported account goes back as far as its rows', async () => {
  const { browser, upload, next } = await openImporter()
  const id = await upload('checking.qfx', fileNamed('checking.qfx'))
  await next(id)
  await browser(`/imports/${id}/confirm`, { method: 'POST', body: {} })
  await next(id)
  const [account] = (await browser('/accounts')).body.accounts
  const { points } = (await browser(`/accounts/${account.id}/balances`)).body
  expect([points[0], points.at(-1)]).toEqual([
    { day: '2026-10-01', balance: '3386.06', source: 'reckoned' },
    { day: '2026-11-02', balance: '5623.75', source: 'told' },
  ])
})

test('a file that does not say whose it is asks, and is imported into the account that was named', async () => {
  const { browser, upload, next } = await openImporter()
  const id = await upload('download.csv', fileNamed('deposit.csv'))
  expect(await next(id)).toMatchObject({ type: 'failed', problem: { issues: [{ path: 'accountId' }] } })
  await browser(`/imports/${id}/preview`, { method: 'POST', body: { accountId: 'deposit-1234' } })
  expect(await next(id)).toMatchObject({ type: 'preview', accounts: [{ name: 'Account ••••1234', added: 2 }] })
  await browser(`/imports/${id}/confirm`, { method: 'POST', body: {} })
  expect(await next(id)).toMatchObject({ type: 'imported', accounts: [{ added: 2 }] })
})

test('a file that breaks off is previewed as far as it goes, and the preview says so', async () => {
  const { upload, next } = await openImporter()
  const whole = fileNamed('checking.qfx')
  const id = await upload('broken.qfx', whole.slice(0, whole.indexOf('CHECK 1043')))
  const preview = await next(id)
  expect(preview).toMatchObject({
    type: 'preview',
    accounts: [{ added: 5, rejected: 1 }],
    warnings: [expect.stringContaining('some of it may be missing')],
  })
})

test('a file of nothing we know is refused in words', async () => {
  const { upload, next } = await openImporter()
  const id = await upload('photo.jpg', 'JFIF')
  expect(await next(id)).toMatchObject({ type: 'failed', problem: { code: 'PROVIDER_INVALID_INPUT' } })
})

test('a file that is too large is not kept', async () => {
  const { browser } = await openImporter()
  const body = 'x'.repeat(50_000_001)
  const { status, problem } = await browser('/imports?fileName=large.qfx', { method: 'POST', body })
  expect([status, problem?.code]).toEqual([413, 'TOO_LARGE'])
})

test('a file that is gone ends its events', async () => {
  const { backend, browser, open, upload, next } = await openImporter()
  const [first, second] = [
    await upload('a.qfx', fileNamed('checking.qfx')),
    await upload('b.qfx', fileNamed('checking.qfx')),
  ]
  await Promise.all([next(first), next(second)])
  const heard = await Promise.all([first, second].map((id) => open(`/imports/${id}/events`)))
  await browser(`/imports/${first}`, { method: 'DELETE' })
  backend.advance(15 * 60_000)
  await backend.importJobs.sweep()
  for (const events of heard) expect(await events.text()).toMatch(/^event: preview\n/)
})

test('who does not listen hears the latest, and not all there was', async () => {
  const { browser, open, upload, next } = await openImporter()
  const id = await upload('checking.qfx', fileNamed('checking.qfx'))
  await next(id)
  const slow = await open(`/imports/${id}/events`)
  for (const step of ['preview', 'preview', 'preview', 'confirm']) {
    await browser(`/imports/${id}/${step}`, { method: 'POST', body: {} })
    await next(id)
  }
  const text = await slow.text()
  expect(text.match(/^event: .*$/gm)?.length).toBeLessThan(5)
  expect(text).toContain('event: imported')
})

test('an upload that breaks off leaves nothing, and is no error of ours', async () => {
  const { backend, browser } = await openImporter()
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(1_000)),
    pull: (controller) => controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
  })
  expect(await backend.importJobs.add('a user', 'a.qfx', broken)).toEqual({ refused: 'broken-off' })
  expect(readdirSync(backend.importFolder)).toEqual([])
  expect(backend.errors).toEqual([])
  expect((await browser('/imports?fileName=a.qfx', { method: 'POST' })).problem?.code).toBe('BAD_REQUEST')
})

test('an import is its user’s own', async () => {
  const { backend, upload, next } = await openImporter()
  const id = await upload('checking.qfx', fileNamed('checking.qfx'))
  await next(id)
  const stranger = backend.openBrowser()
  expect((await stranger(`/imports/${id}/events`)).status).toBe(404)
  expect((await stranger(`/imports/${id}/confirm`, { method: 'POST', body: {} })).status).toBe(404)
  await stranger(`/imports/${id}`, { method: 'DELETE' })
  expect(await next(id)).toMatchObject({ type: 'preview' })
})

test('what was given up, or waited for a quarter of an hour, is gone', async () => {
  const { backend, browser, upload, next } = await openImporter()
  const [first, second] = [
    await upload('a.qfx', fileNamed('checking.qfx')),
    await upload('b.qfx', fileNamed('checking.qfx')),
  ]
  await Promise.all([next(first), next(second)])
  await browser(`/imports/${first}`, { method: 'DELETE' })
  expect((await browser(`/imports/${first}/events`)).status).toBe(404)
  backend.advance(15 * 60_000)
  await upload('c.qfx', fileNamed('checking.qfx'))
  expect((await browser(`/imports/${second}/confirm`, { method: 'POST', body: {} })).status).toBe(404)
})
