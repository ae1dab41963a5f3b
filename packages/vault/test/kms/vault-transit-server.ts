import { randomBytes, randomUUID } from 'node:crypto'
import { decrypt, encrypt } from './authenticated-encryption.ts'
import { type Answer, type LocalServer, type Received, startLocalServer } from './local-server.ts'

type Operation = 'encrypt' | 'decrypt'
type Input = { plaintext?: string; ciphertext?: string; associated_data?: string }

type VaultTransitCall = {
  operation: Operation
  mount: string
  token: string | undefined
  /** What the associated data says. */
  context: Readonly<Record<string, string>>
}

export type VaultTransitServer = LocalServer & {
  readonly calls: readonly VaultTransitCall[]
  count(operation: Operation): number
  /** The token that is good from now on. */
  setToken(token: string): void
  /** Adds a version to the key: what was encrypted with those before can still be decrypted. */
  rotate(): void
  /** The first version that still decrypts. */
  setOldestVersion(version: number): void
  seal(): void
  deleteKey(): void
}

export type VaultTransitSettings = { mount?: string; namespace?: string }

export const token = 'token-canary-1'
export const keyName = 'key-name-canary'

/** How the server says no. */
export function vaultFault(status: number, ...errors: string[]): Answer {
  return { status, body: JSON.stringify({ errors }) }
}

const invalid = vaultFault(400, `cipher: message authentication failed: ${keyName}: body-canary`)

/** HashiCorp Vault with a transit engine and one key in it, of the type aes256-gcm96. */
export async function startVaultTransitServer({
  mount = 'transit',
  namespace,
}: VaultTransitSettings = {}): Promise<VaultTransitServer> {
  const versions = [randomBytes(32)]
  const calls: VaultTransitCall[] = []
  let goodToken = token
  let oldestVersion = 1
  let isSealed = false
  let isDeleted = false

  const operations: Record<Operation, (input: Input) => Answer> = {
    encrypt({ plaintext, associated_data }) {
      // A key that is missing would be created, which the policy does not allow.
      if (isDeleted) return vaultFault(403, 'permission denied')
      const decoded = decodeBase64(plaintext)
      if (decoded === null) return vaultFault(400, 'illegal base64 data: body-canary')
      const message = encrypt(versions.at(-1) as Buffer, decoded, associatedDataOf(associated_data))
      return found({
        ciphertext: `vault:v${versions.length}:${message.toString('base64')}`,
        key_version: versions.length,
      })
    },
    decrypt({ ciphertext = '', associated_data }) {
      if (isDeleted) return vaultFault(400, `encryption key not found: ${keyName}`)
      const [, version, encoded] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? []
      const message = decodeBase64(encoded)
      const key = versions[Number(version) - 1]
      if (message === null || key === undefined) return vaultFault(400, `invalid ciphertext: body-canary`)
      if (Number(version) < oldestVersion)
        return vaultFault(400, 'ciphertext or signature version is disallowed by policy (too old): body-canary')
      const plaintext = decrypt(key, message, associatedDataOf(associated_data))
      return plaintext === null ? invalid : found({ plaintext: plaintext.toString('base64') })
    },
  }

  const work = ({ method, path, headers, body }: Received): Answer => {
    if (isSealed) return vaultFault(503, 'Vault is sealed')
    const [, where, operation, name] = /^\/v1\/(.+)\/(encrypt|decrypt)\/([^/]+)$/.exec(path) ?? []
    const given = headers['x-vault-token']?.toString()
    if (given !== goodToken || headers['x-vault-namespace']?.toString() !== namespace)
      return vaultFault(403, 'permission denied')
    if (where !== mount || name !== keyName) return vaultFault(404, `no handler for route "${path}": body-canary`)
    if (method !== 'POST') return vaultFault(405, 'unsupported operation')
    const input = JSON.parse(body) as Input
    const context = readContext(associatedDataOf(input.associated_data))
    calls.push({ operation: operation as Operation, mount: where, token: given, context })
    return operations[operation as Operation](input)
  }

  return {
    ...(await startLocalServer(work)),
    calls,
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    setToken(next) {
      goodToken = next
    },
    rotate() {
      versions.push(randomBytes(32))
    },
    setOldestVersion(version) {
      oldestVersion = version
    },
    seal() {
      isSealed = true
    },
    deleteKey() {
      isDeleted = true
    },
  }
}

function found(data: Readonly<Record<string, string | number>>): Answer {
  const body = { request_id: `body-canary-${randomUUID()}`, lease_id: '', renewable: false, lease_duration: 0, data }
  return { status: 200, body: JSON.stringify({ ...body, wrap_info: null, warnings: null, auth: null }) }
}

function decodeBase64(text = ''): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

function associatedDataOf(text: string | undefined): Buffer {
  return decodeBase64(text) ?? Buffer.alloc(0)
}

/** The names and texts in associated data: each behind its length in bytes. */
export function readContext(associatedData: Uint8Array): Record<string, string> {
  const texts: string[] = []
  let rest = Buffer.from(associatedData)
  while (rest.length > 0) {
    const colon = rest.indexOf(':')
    const end = colon + 1 + Number(rest.subarray(0, colon).toString())
    if (colon < 1 || !(end <= rest.length)) throw new RangeError('A text has no length in front of it.')
    texts.push(rest.subarray(colon + 1, end).toString())
    rest = rest.subarray(end)
  }
  const pairs = texts.flatMap((text, index) => (index % 2 === 0 ? [[text, texts[index + 1] as string] as const] : []))
  return Object.fromEntries(pairs)
}
