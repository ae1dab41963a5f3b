import type { HttpRequest } from './http-request.ts'

/** Why there is no address: the argument that can't be part of one, or `null` when what the author or an answer gave is none. */
export type AddressProblem = { path: string } | null

/** What no encoding of a text can hold. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** The address of a request; or what is wrong with it. No segment leads out of its place. */
export function toAddress({
  url,
  path = [],
  query = {},
}: Pick<HttpRequest, 'url' | 'path' | 'query'>): URL | AddressProblem {
  if (!URL.canParse(url)) return null
  const address = new URL(url)
  if (address.username !== '' || address.password !== '') return null
  for (const [index, segment] of path.entries()) {
    // Dots have no encoding: an address takes '%2e' for one as well (WHATWG URL, section 4.1).
    if (LONE_SURROGATE.test(segment) || ['', '.', '..'].includes(segment)) return { path: `path[${index}]` }
  }
  if (path.length > 0) {
    address.pathname = [address.pathname.replace(/\/$/, ''), ...path.map(encodeURIComponent)].join('/')
  }
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) address.searchParams.append(name, String(one))
  }
  return address
}
