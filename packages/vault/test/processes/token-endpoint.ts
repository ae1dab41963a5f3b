import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** How a token endpoint behaves. */
export type EndpointTerms = {
  accessTokenSeconds: number
  /** How long a refresh token is still accepted after it was used. */
  graceSeconds: number
  /** The least and the most milliseconds an answer takes. */
  latency: readonly [number, number]
  /** Is told of each request in its middle, after it was worked on, with the process that sent it. */
  onRequest?: ((pid: number) => void) | undefined
}

type Family = { current: string; previous: string | null; usedAt: number; isRevoked: boolean }

/** What was asked of a token endpoint. */
export type EndpointCounts = { requests: number; redemptions: number; graced: number; reuses: number }

/** A token endpoint on this machine: a refresh token works once, and the whole login is revoked when one comes again after its grace. */
export async function openTokenEndpoint(terms: EndpointTerms) {
  const families: Family[] = []
  const counts: EndpointCounts = { requests: 0, redemptions: 0, graced: 0, reuses: 0 }
  let issued = 0

  const redeem = (token: string): object | null => {
    const family = families.find(({ current, previous }) => current === token || previous === token)
    if (family === undefined || family.isRevoked) return null
    if (family.current === token) {
      counts.redemptions++
      family.previous = token
      family.usedAt = Date.now()
      family.current = `refresh-${++issued}`
    } else if (Date.now() - family.usedAt > terms.graceSeconds * 1_000) {
      counts.reuses++
      family.isRevoked = true
      return null
    } else {
      counts.graced++
    }
    return { accessToken: `access-${++issued}`, refreshToken: family.current, expiresIn: terms.accessTokenSeconds }
  }

  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    counts.requests++
    const [least, most] = terms.latency
    const latency = least + Math.random() * (most - least)
    await setTimeout(latency / 2)
    const tokens = redeem(body)
    terms.onRequest?.(Number(request.headers['x-pid']))
    await setTimeout(latency / 2)
    response.writeHead(tokens === null ? 400 : 200).end(JSON.stringify(tokens))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    counts,
    get revoked(): number {
      return families.filter(({ isRevoked }) => isRevoked).length
    },
    /** The refresh token of a new login. */
    login(): string {
      const current = `refresh-${++issued}`
      families.push({ current, previous: null, usedAt: 0, isRevoked: false })
      return current
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}
