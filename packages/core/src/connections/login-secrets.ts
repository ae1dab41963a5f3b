import { ProviderInvalidInputError } from '../errors/provider-error.ts'
import { Err, Ok, type Result } from '../result.ts'

/** Bytes in base64url without padding. */
function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

const SECRET_BYTES = 32

/** A text that nobody can guess. As a PKCE verifier it has the 43 characters of RFC 7636, section 4.1. */
export function createSecretText(random: (bytes: number) => Uint8Array): string {
  return toBase64Url(random(SECRET_BYTES))
}

/** SHA-256 in base64url: what is kept of a secret, and the PKCE challenge of a verifier. */
export async function hashText(text: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

const SOME_SITE = 'https://app.invalid'
const LONGEST_CONTEXT = 2_048

/**
 * Checks where an app wants to go on after a login: a path of its own site or a plain word, so that whoever made up the link to log in can't send the user elsewhere.
 *
 * @returns `PROVIDER_INVALID_INPUT` for an address of another site, in whatever way it is written.
 */
export function checkReturnContext(provider: string, returnContext: string): Result<string, ProviderInvalidInputError> {
  if (returnContext.length <= LONGEST_CONTEXT && (isWord(returnContext) || isOwnPath(returnContext)))
    return Ok(returnContext)
  const reason = "A path of your own site is needed, such as '/accounts?tab=2', or a plain word."
  const issues = [{ path: 'returnContext', reason }]
  return Err(new ProviderInvalidInputError({ provider, operation: 'beginOAuth', issues }))
}

function isWord(text: string): boolean {
  return /^[\w-]+$/.test(text)
}

/** One slash and no other behind it: browsers take `\` for `/`, and leave out control characters wherever they stand. */
function isOwnPath(text: string): boolean {
  if (!/^\/(?![/\\])[^\p{Cc}\\]*$/u.test(text) || !URL.canParse(text, SOME_SITE)) return false
  const url = new URL(text, SOME_SITE)
  return url.origin === SOME_SITE && !url.pathname.startsWith('//')
}
