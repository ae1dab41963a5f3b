import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { serveCallback } from '../src/callback-server.ts'
import { createLocalCertificate } from '../src/certificate.ts'

test('a certificate is for this machine alone, and signed by itself', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  const certificate = new X509Certificate(createLocalCertificate(now).cert)
  expect(certificate.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(certificate.ca).toBe(false)
  expect([Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]).toEqual([
    Date.parse('2026-02-28T12:00:00Z'),
    Date.parse('2027-04-01T12:00:00Z'),
  ])
})

test('callbacks arrive by https and go on to the app with their query; nothing else does', async () => {
  const certificate = createLocalCertificate(Date.now())
  const at = { redirectUri: 'https://127.0.0.1:0/oauth/schwab/callback', origin: 'http://127.0.0.1:3000' }
  const server = serveCallback(certificate, at)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async (path: string) => {
    // The certificate is the only one that is trusted: a wrong name or signature would end the connection.
    const [response] = await once(
      get({ host: '127.0.0.1', port, path, ca: certificate.cert, agent: false }),
      'response',
    )
    response.resume()
    return [response.statusCode, response.headers.location]
  }
  expect(await ask('/oauth/schwab/callback?code=C0.x%40&state=s')).toEqual([
    303,
    'http://127.0.0.1:3000/oauth/schwab/callback?code=C0.x%40&state=s',
  ])
  expect(await ask('//elsewhere.test/oauth/schwab/callback')).toEqual([404, undefined])
  expect(await ask('/')).toEqual([404, undefined])
  server.close()
})
