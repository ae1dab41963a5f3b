import { Err, Ok, type Result, VaultError } from '@finport/core'
import { base64 } from '@scure/base'
import { concatenate } from '../envelope.ts'
import type { EncryptionContext, KeyWrapper } from './key-wrapper.ts'

/** What {@link vaultTransit} needs. */
export type VaultTransitOptions = {
  /** Where the server is: `https://vault.example.com:8200`. A path in it stays in front of those of the server. */
  address: string
  /** The token of each call, asked for each time, since tokens are renewed. Its policy needs `update` on `encrypt/` and `decrypt/` of the key. */
  token: () => string | Promise<string>
  /** The name of a key of an authenticated type: `aes256-gcm96` (the server's default) or `chacha20-poly1305`. */
  keyName: string
  /** Where the engine is mounted: `transit` if nothing is said. */
  mount?: string | undefined
  /** The namespace, where the server has them. */
  namespace?: string | undefined
  /** The host's fetch: the platform's if none is given. */
  fetch?: ((request: Request) => Promise<Response>) | undefined
  /** Milliseconds a call may take: 10,000 if nothing is said. */
  timeoutMilliseconds?: number | undefined
}

type Operation = 'encrypt' | 'decrypt'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * A key in the transit engine of HashiCorp Vault, or of OpenBao. The encryption context is sent as `associated_data`, which the server binds wrapped keys to. Rotating the key on the server is all that
 * is needed there: wrapped keys name their version.
 *
 * @throws TypeError when the address is no URL of https (or of http on this machine), has a name and a password in it, or the name of the key is none.
 *
 * @example
 * ```ts
 * import { createKeyring, vaultTransit } from '@finport/vault'
 *
 * const keyWrapper = vaultTransit({
 *   address: 'https://vault.example.com:8200',
 *   token: () => 'from your own agent',
 *   keyName: 'finport',
 * })
 * const keyring = createKeyring([{ id: 'transit-1', keyWrapper }])
 * ```
 */
export function vaultTransit({
  address,
  token,
  keyName,
  mount = 'transit',
  namespace,
  fetch = (request) => globalThis.fetch(request),
  timeoutMilliseconds = 10_000,
}: VaultTransitOptions): KeyWrapper {
  const base = baseOf(address)
  if (/^\.{0,2}$/.test(keyName)) throw new TypeError('The name of the key is missing.')

  const call = async (
    operation: Operation,
    body: Readonly<Record<string, string>>,
    answer: 'ciphertext' | 'plaintext',
  ): Promise<Result<string, VaultError>> => {
    try {
      const mounts = mount.split('/').filter((part) => part !== '')
      const path = [...mounts, operation, keyName].map(encodeURIComponent).join('/')
      const headers: Record<string, string> = { 'content-type': 'application/json', 'x-vault-token': await token() }
      if (namespace !== undefined) headers['x-vault-namespace'] = namespace
      const response = await fetch(
        new Request(`${base}/v1/${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMilliseconds),
        }),
      )
      if (!response.ok) return Err(toError(operation, response.status))
      const { data } = (await response.json()) as { data?: Readonly<Record<string, unknown>> }
      const text = data?.[answer]
      if (typeof text === 'string') return Ok(text)
    } catch {
      // What was thrown may quote the address and the token.
    }
    return Err(new VaultError('KEY_SERVICE_UNAVAILABLE'))
  }

  return {
    async wrapKey(dataKey, context) {
      const body = { plaintext: base64.encode(dataKey), associated_data: associatedDataOf(context) }
      return (await call('encrypt', body, 'ciphertext')).map((text) => new TextEncoder().encode(text))
    },
    async unwrapKey(wrappedKey, context) {
      const ciphertext = new TextDecoder('utf-8', { ignoreBOM: true }).decode(wrappedKey)
      const answered = await call('decrypt', { ciphertext, associated_data: associatedDataOf(context) }, 'plaintext')
      if (answered.isErr()) return answered
      try {
        return Ok(base64.decode(answered.value))
      } catch {
        return Err(new VaultError('KEY_SERVICE_UNAVAILABLE'))
      }
    },
  }
}

/** Where paths go behind. The platform's own error would quote the address. */
function baseOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (url === null || !isSafe || url.username !== '' || url.password !== '')
    throw new TypeError(
      'The address must be a URL of https, or of http on this machine, without a name and a password.',
    )
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** The server answers 400 to what it can't decrypt, a key that it does not have included, and 403 and 404 to a token or a path that it does not know. */
function toError(operation: Operation, status: number): VaultError {
  if (status === 400 && operation === 'decrypt') return new VaultError('DECRYPTION_FAILED', 'not_authentic')
  if (status >= 400 && status < 500 && status !== 408 && status !== 412 && status !== 429)
    return new VaultError('ENCRYPTION_KEY_INVALID', 'rejected')
  return new VaultError('KEY_SERVICE_UNAVAILABLE')
}

/** The context as bytes: names in order, each text behind its length. */
function associatedDataOf(context: EncryptionContext): string {
  const encoder = new TextEncoder()
  const texts = Object.keys(context)
    .sort()
    .flatMap((name) => [name, context[name] as string])
  return base64.encode(
    concatenate(
      texts.flatMap((text) => {
        const bytes = encoder.encode(text)
        return [encoder.encode(`${bytes.length}:`), bytes]
      }),
    ),
  )
}
