import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto'
import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms'
import { onTestFinished } from 'vitest'
import { decrypt, encrypt } from './authenticated-encryption.ts'
import { type Answer, type LocalServer, type Received, startLocalServer } from './local-server.ts'

type Context = Readonly<Record<string, string>>
type Operation = 'Encrypt' | 'Decrypt'
type Input = { KeyId?: string; Plaintext?: string; CiphertextBlob?: string; EncryptionContext?: Context }

/** A request that was signed as it should be. */
type AwsKmsCall = { operation: Operation; keyId: string | undefined; context: Context | undefined }

export type AwsKmsServer = LocalServer & {
  readonly calls: readonly AwsKmsCall[]
  count(operation: Operation): number
  setKeyState(state: 'Enabled' | 'Disabled' | 'PendingDeletion'): void
  /** Whether the caller may use keys. */
  setAllowed(isAllowed: boolean): void
  /** A client as a host makes one; nothing of it comes from the environment. */
  connect(settings?: KMSClientConfig): KMS
}

const REGION = 'us-east-1'
const ACCESS_KEY_ID = 'access-key-id-canary'
const SECRET_ACCESS_KEY = 'secret-access-key-canary'
const LONGEST_PLAINTEXT = 4096
const LONGEST_CIPHERTEXT = 6144

export const keyId = '00000000-canary-0000-0000-000000000001'
export const otherKeyId = '00000000-canary-0000-0000-000000000002'
export const keyArn = `arn:aws:kms:${REGION}:000000000000:key/${keyId}`
export const keyAlias = 'alias/canary'
export const keyAliasArn = `arn:aws:kms:${REGION}:000000000000:${keyAlias}`

class AwsFault extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

/** How AWS says no. */
export function awsFault(type: string, status = 400): Answer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': `request-canary-${randomUUID()}` },
    body: JSON.stringify({ __type: type, message: `The key ${keyArn} is refused: body-canary.` }),
  }
}

/** AWS Key Management Service with two keys: its wire protocol, its signatures and its encryption context. */
export async function startAwsKmsServer(): Promise<AwsKmsServer> {
  const secrets = new Map([keyId, otherKeyId].map((id) => [id, randomBytes(32)]))
  const calls: AwsKmsCall[] = []
  let state: 'Enabled' | 'Disabled' | 'PendingDeletion' = 'Enabled'
  let allowed = true

  const resolveKey = (name = ''): string => {
    const id = name === keyAlias || name === keyAliasArn ? keyId : name.replace(/^arn:.*:key\//, '')
    if (!secrets.has(id)) throw new AwsFault('NotFoundException', `Key ${name} does not exist: body-canary`)
    if (state === 'Disabled') throw new AwsFault('DisabledException', `${name} is disabled: body-canary`)
    if (state !== 'Enabled') throw new AwsFault('KMSInvalidStateException', `${name} is ${state}: body-canary`)
    return id
  }

  const operations: Record<Operation, (input: Input) => object> = {
    Encrypt({ KeyId, Plaintext, EncryptionContext }) {
      const plaintext = decodeBlob(Plaintext, LONGEST_PLAINTEXT)
      const id = resolveKey(KeyId)
      const message = encrypt(secrets.get(id) as Buffer, plaintext, canonical(EncryptionContext))
      return { CiphertextBlob: Buffer.concat([Buffer.from(id), message]).toString('base64'), KeyId: keyArn }
    },
    Decrypt({ KeyId, CiphertextBlob, EncryptionContext }) {
      const blob = decodeBlob(CiphertextBlob, LONGEST_CIPHERTEXT)
      const wrappedBy = blob.subarray(0, keyId.length).toString()
      const invalid = new AwsFault('InvalidCiphertextException', 'body-canary')
      const secret = secrets.get(wrappedBy)
      if (secret === undefined) throw invalid
      if (KeyId !== undefined && resolveKey(KeyId) !== wrappedBy)
        throw new AwsFault('IncorrectKeyException', `${KeyId} is not the key: body-canary`)
      const plaintext = decrypt(secret, blob.subarray(keyId.length), canonical(EncryptionContext))
      if (plaintext === null) throw invalid
      return { Plaintext: plaintext.toString('base64'), KeyId: keyArn }
    },
  }

  const work = (received: Received): Answer => {
    try {
      authenticate(received)
      const operation = /^TrentService\.(Encrypt|Decrypt)$/.exec(String(received.headers['x-amz-target']))?.[1]
      const isCall = received.method === 'POST' && received.path === '/' && operation !== undefined
      const isJson = received.headers['content-type'] === 'application/x-amz-json-1.1'
      if (!isCall || !isJson) throw new AwsFault('UnknownOperationException', 'body-canary')
      const input = JSON.parse(received.body) as Input
      calls.push({ operation: operation as Operation, keyId: input.KeyId, context: input.EncryptionContext })
      if (!allowed) throw new AwsFault('AccessDeniedException', `${ACCESS_KEY_ID} may not use ${keyArn}: body-canary`)
      const output = { ...operations[operation as Operation](input), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' }
      return { ...awsFault(''), status: 200, body: JSON.stringify(output) }
    } catch (thrown) {
      if (!(thrown instanceof AwsFault)) throw thrown
      return { ...awsFault(thrown.type), body: JSON.stringify({ __type: thrown.type, message: thrown.message }) }
    }
  }

  const server = await startLocalServer(work)
  return {
    ...server,
    calls,
    count: (operation) => calls.filter((call) => call.operation === operation).length,
    setKeyState(keyState) {
      state = keyState
    },
    setAllowed(isAllowed) {
      allowed = isAllowed
    },
    connect(settings = {}) {
      const client = new KMS({ ...settingsOf(server.address), ...settings })
      onTestFinished(() => client.destroy())
      return client
    },
  }
}

function settingsOf(endpoint: string): KMSClientConfig {
  return {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    authSchemePreference: ['aws.auth#sigv4'],
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: '',
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  }
}

function decodeBlob(text: string | undefined, longest: number): Buffer {
  const blob = Buffer.from(text ?? '', 'base64')
  const isBlob = text === blob.toString('base64') && blob.length > 0 && blob.length <= longest
  if (!isBlob) throw new AwsFault('ValidationException', `A blob has 1 to ${longest} bytes: body-canary`)
  return blob
}

function canonical(context: Context = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1))))
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/

/** Signature Version 4, computed once more. */
function authenticate({ method, path, headers, body }: Received): void {
  const found = AUTHORIZATION.exec(headers.authorization ?? '')
  if (found === null) throw new AwsFault('MissingAuthenticationTokenException', 'body-canary')
  const [, accessKeyId, day, region, names = '', signature] = found
  if (accessKeyId !== ACCESS_KEY_ID) throw new AwsFault('UnrecognizedClientException', `${accessKeyId}: body-canary`)
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const request = [method, path, '', signed.join(''), names, sha256(body)].join('\n')
  const scope = `${day}/${region}/kms/aws4_request`
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((part, name) => hmac(part, name), `AWS4${SECRET_ACCESS_KEY}`)
  if (hmac(key, text).toString('hex') !== signature) throw new AwsFault('InvalidSignatureException', 'body-canary')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
