import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { askMarkedBackend } from './canaries/backend.ts'
import { connectMarkedUsers } from './canaries/connections.ts'
import { runExamples } from './canaries/examples.ts'
import { readMarkedFiles } from './canaries/files.ts'
import { sendMarkedRequests } from './canaries/requests.ts'
import { createCanarySearch } from './canaries/search.ts'
import { storeMarkedData } from './canaries/stores.ts'
import { useMarkedVaults } from './canaries/vaults.ts'

describe('the search', () => {
  test.each<[string, (secret: string) => unknown]>([
    ['a text', (secret) => `before ${secret} behind`],
    ['a field', (secret) => ({ deep: [{ secret }] })],
    ['a field that is not enumerable', (secret) => Object.defineProperty({}, 'secret', { value: secret })],
    ['the cause of an error', (secret) => new Error('no', { cause: new Error(secret) })],
    ['bytes', (secret) => new TextEncoder().encode(secret)],
    ['base64 inside of more', (secret) => Buffer.from(`x${secret}y`).toString('base64')],
    ['base64url', (secret) => Buffer.from(`xy${secret}`).toString('base64url')],
    ['hex', (secret) => Buffer.from(secret).toString('hex')],
    ['numbers of bytes', (secret) => [...Buffer.from(secret)]],
  ])('finds a secret in %s', (_, show) => {
    const search = createCanarySearch()
    search.hear('log', 'it', show(search.plant('secret')))
    expect(search.leaks()).toEqual(['secret in log: it'])
  })

  test('lets be what is where it belongs', () => {
    const search = createCanarySearch()
    const text = search.plant('text', ['data'])
    search.hear('data', 'rows', text)
    expect(search.leaks()).toEqual([])
    search.hear('log', 'rows', text)
    expect(search.leaks()).toEqual(['text in log: rows'])
  })
})

/** `node scripts/canaries.ts` shows what is planted, and where it is looked for. */
describe('no secret shows', () => {
  test.each([
    ['in what is said of files', readMarkedFiles],
    ['by a vault', useMarkedVaults],
    ['in what is said of requests', sendMarkedRequests],
    ['by connections', connectMarkedUsers],
    ['by syncs, imports and feeds, nor in a database', storeMarkedData],
    ['by a backend over HTTP', askMarkedBackend],
    ['by examples', runExamples],
  ])('%s', { timeout: 60_000 }, async (_, journey) => {
    const search = createCanarySearch()
    await journey(search)
    expect(search.figures().heard).toBeGreaterThan(0)
    expect([...new Set(search.leaks())]).toEqual([])
  })
})
