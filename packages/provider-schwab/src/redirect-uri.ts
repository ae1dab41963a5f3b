import type { InputIssue } from '@finport/core'

/** A rule for callback URLs, and what to do where one breaks it. */
type Rule = { isBroken(text: string, url: URL | null): boolean; reason: string }

/** What Schwab asks of a callback URL. It compares the one in the request with the registered ones letter by letter, and tells no more than that access is denied. */
const rules: readonly Rule[] = [
  {
    isBroken: (text) => /[\s\p{Cc}\p{Cf}]/u.test(text),
    reason: 'It holds a blank, a line break or something else that can not be seen: remove it.',
  },
  {
    isBroken: (text) => text.includes(','),
    reason:
      'It must be one address. An app may have several callback URLs, separated by commas; name the one of this deployment.',
  },
  {
    isBroken: (_, url) => url === null,
    reason: "An absolute address is needed, such as 'https://127.0.0.1:8182/callback'.",
  },
  {
    isBroken: (text) => !text.startsWith('https://'),
    reason:
      "It must start with 'https://', in small letters. Schwab sends nobody to plain http, not even on your own machine.",
  },
  {
    isBroken: (_, url) => url !== null && /^(?:.*\.)?localhost\.?$/.test(url.hostname),
    reason: "Schwab refuses 'localhost': register and use 'https://127.0.0.1', with a port if you need one.",
  },
  {
    isBroken: (text) => text.endsWith('/'),
    reason: "Remove the slash at its end, here and in the app's registration: with it, Schwab answers 'Access Denied'.",
  },
  {
    isBroken: (text) => text.includes('#'),
    reason: 'It must not have a fragment: browsers do not send what stands behind #.',
  },
  {
    isBroken: (_, url) => url !== null && (url.username !== '' || url.password !== ''),
    reason: 'It must not hold a user name or password.',
  },
  {
    isBroken: (text, url) =>
      url !== null && !/^(?:$|[/?])/.test(text.startsWith(url.origin) ? text.slice(url.origin.length) : 'x'),
    reason: "Write the host in small letters, without ':443', as it is registered: Schwab compares letter by letter.",
  },
]

/** What is wrong with a redirect URI: the first rule it breaks. */
export function checkRedirectUri(text: string): InputIssue[] {
  const url = URL.canParse(text) ? new URL(text) : null
  const broken = rules.find((rule) => rule.isBroken(text, url))
  return broken === undefined ? [] : [{ path: 'redirectUri', reason: broken.reason }]
}
