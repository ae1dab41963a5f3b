import type { Json } from '@finport/core'

/** What every answer of Schwab's has: browsers may not read it, nobody may keep it. */
const headers = { 'access-control-allow-origin': '', 'cache-control': 'no-cache, no-store' }

/** An answer in JSON. */
export function answerJson(status: number, body: Json): Response {
  return answerText(status, toWireText(body), 'application/json')
}

/** An answer in any other form. */
export function answerText(status: number, body: string, contentType = 'text/plain'): Response {
  return new Response(body, { status, headers: { ...headers, 'content-type': contentType } })
}

/** A page. */
export function answerPage(status: number, body: string): Response {
  return answerText(status, body, 'text/html; charset=utf-8')
}

/** Sends the browser elsewhere. */
export function answerRedirect(location: string): Response {
  return new Response(null, { status: 302, headers: { ...headers, location } })
}

/** As Schwab writes it: in a fund, `assetType` stands twice. */
function toWireText(body: Json): string {
  return JSON.stringify(body).replaceAll(
    '"type":"EXCHANGE_TRADED_FUND"}',
    '"type":"EXCHANGE_TRADED_FUND","assetType":"COLLECTIVE_INVESTMENT"}',
  )
}

/** What Akamai says to requests it does not let through. */
export function accessDenied(address: string): Response {
  const shown = address.replaceAll(':', '&#58;').replaceAll('/', '&#47;').replaceAll('.', '&#46;')
  return answerPage(
    403,
    `<HTML><HEAD>
<TITLE>Access Denied</TITLE>
</HEAD><BODY>
<H1>Access Denied</H1>
 
You don't have permission to access "${shown}" on this server.<P>
</BODY>
</HTML>
`,
  )
}
