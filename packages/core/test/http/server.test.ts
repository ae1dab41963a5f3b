import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { request, scripted } from './scripted-client.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** A client on the platform's own fetch, and a server that it reaches. */
async function serve(listener: RequestListener, options: { maxBodyBytes?: number } = {}) {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { client, waits } = scripted([], {
    ...options,
    runtime: { fetch: (one) => globalThis.fetch(one), allowLoopback: true },
  })
  return { client, waits, url: `http://127.0.0.1:${port}/v1` }
}

test('an answer in parts, compressed', async () => {
  const { client, url } = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const body = gzipSync('{"balance":12345678901234567.89}')
    response.write(body.subarray(0, 11))
    setImmediate(() => response.end(body.subarray(11)))
  })
  expect((await client.request({ ...request, url })).unwrap().value).toEqual({ balance: '12345678901234567.89' })
})

test('a body that is small until it is decoded', async () => {
  const { client, url } = await serve(
    (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(new Uint8Array(50_000_000)))
    },
    { maxBodyBytes: 1_000_000 },
  )
  const error = (await client.request({ ...request, url })).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', message: expect.stringContaining('1000000 bytes') })
})

test('a connection that is reset in the middle of a body', async () => {
  let count = 0
  const { client, url, waits } = await serve((_, response) => {
    count++
    if (count === 2) return response.end('{"done":true}')
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"done":')
    return setImmediate(() => response.destroy())
  })
  expect((await client.request({ ...request, url })).unwrap().value).toEqual({ done: true })
  expect(waits).toEqual([1_000])
})

test('a redirect, by which no header leaves', async () => {
  const paths: (string | undefined)[] = []
  const { client, url } = await serve((incoming, response) => {
    paths.push(incoming.url)
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  const error = (await client.request({ ...request, url, headers: { 'x-key': 'canary' } })).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', status: 302 })
  expect(paths).toEqual(['/v1'])
})

test('nobody listens: a POST is tried again, as nothing was sent', async () => {
  const { client, url, waits } = await serve(() => {})
  server?.close()
  await once(server as Server, 'close')
  const error = (await client.request({ ...request, url, method: 'POST', form: { code: 'one' } })).unwrapErr()
  expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', status: null })
  expect(waits).toEqual([1_000, 2_000, 4_000])
})

test('a connection that is closed before the answer: a POST is not', async () => {
  let count = 0
  const { client, url } = await serve((incoming) => {
    count++
    incoming.socket.destroy()
  })
  const post = { ...request, url, method: 'POST', form: { code: 'one' } } as const
  expect((await client.request(post)).unwrapErr()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  expect(count).toBe(1)
})
