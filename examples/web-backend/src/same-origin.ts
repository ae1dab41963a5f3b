import type { MiddlewareHandler } from 'hono'
import { refuse } from './answer.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses requests that change something and come from another site's page (CSRF). Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`, and no page can forge either; a request with neither is not a
 * browser's, and carries no cookie that somebody else's page could abuse.
 */
export function sameOriginOnly(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header('sec-fetch-site')
    const from = c.req.header('origin')
    const isOwn = site === undefined ? from === undefined || from === origin : site === 'same-origin'
    if (safeMethods.has(c.req.method) || isOwn) return next()
    return refuse(c, { code: 'FOREIGN_ORIGIN' })
  }
}
