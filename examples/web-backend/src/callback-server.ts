import { createServer, type Server } from 'node:https'
import type { Certificate } from './certificate.ts'

/**
 * What Schwab sends users back to while you develop: it takes only https, and this app speaks http. Callbacks go on to the app with their query; anything else is not found.
 */
export function serveCallback({ key, cert }: Certificate, at: { redirectUri: string; origin: string }): Server {
  const { pathname, port, hostname } = new URL(at.redirectUri)
  const server = createServer({ key, cert }, (request, response) => {
    const url = new URL(`https://${hostname}${request.url}`)
    const isCallback = request.method === 'GET' && url.pathname === pathname
    const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
    if (isCallback) response.writeHead(303, { ...headers, location: `${at.origin}${pathname}${url.search}` })
    else response.writeHead(404, headers)
    response.end()
  })
  return server.listen(Number(port), hostname)
}
