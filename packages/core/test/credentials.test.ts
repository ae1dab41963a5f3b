import { format, inspect } from 'node:util'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type ApiKeyCredentials,
  type CertificateCredentials,
  type Credentials,
  type CredentialsByType,
  type CredentialType,
  type CustomCredentials,
  credentialTypes,
  type FileImportCredentials,
  type ImportFile,
  type Instant,
  type LinkTokenCredentials,
  maskCredentials,
  needsRefresh,
  type OAuth2Credentials,
  parseCredentials,
  type StorableCredentials,
  toInstant,
} from '../src/index.ts'

const context = { provider: 'acme' }
const now = Date.parse('2026-01-31T12:00:00.000Z')
const fileContent = new TextEncoder().encode('canary-file')

/** Every field of every type filled in; each secret holds the word canary. */
const complete: { [T in CredentialType]: Omit<CredentialsByType[T], 'type'> } = {
  oauth2: {
    accessToken: 'canary-access',
    refreshToken: 'canary-refresh',
    expiresAt: toInstant(now),
    refreshTokenIssuedAt: toInstant(now - 1_000),
  },
  api_key: { apiKey: 'canary-key', apiSecret: 'canary-secret', environment: 'paper' },
  file_import: { fileName: 'canary.qfx', fileContent, fileFormat: 'QFX', accountId: 'canary-1' },
  link_token: { accessToken: 'canary-link', itemId: 'canary-item' },
  certificate: { certificate: 'canary-pem', privateKey: 'canary-private', passphrase: 'canary-phrase' },
  custom: { accessUrl: 'https://user:canary@bridge.example', nested: { pin: 'canary-pin' }, retries: 3, note: null },
}

const minimal: { [T in CredentialType]: Record<string, unknown> } = {
  oauth2: { accessToken: 'a' },
  api_key: { apiKey: 'k', apiSecret: 's' },
  file_import: { fileName: 'f', fileContent },
  link_token: { accessToken: 'a', itemId: 'i' },
  certificate: { certificate: 'c', privateKey: 'p' },
  custom: {},
}

const pathsOf = (type: CredentialType, input: unknown): string[] =>
  parseCredentials(type, input, context)
    .unwrapErr()
    .issues.map(({ path }) => path)

describe('parseCredentials', () => {
  test.each(credentialTypes)('%s: every field is kept', (type) => {
    expect({ ...parseCredentials(type, complete[type], context).unwrap() }).toEqual({ type, ...complete[type] })
    expect(parseCredentials(type, { type, ...complete[type] }, context).isOk()).toBe(true)
  })

  test.each(credentialTypes)('%s: what may be absent may be absent', (type) => {
    const parsed = parseCredentials(type, minimal[type], context).unwrap()
    const absent = type === 'oauth2' ? { refreshToken: null, expiresAt: null, refreshTokenIssuedAt: null } : {}
    expect({ ...parsed }).toStrictEqual({ type, ...minimal[type], ...absent })
  })

  test('a file may be a function that opens a stream', () => {
    const opens = async function* () {
      yield fileContent
    }
    const parsed = parseCredentials('file_import', { fileName: 'f', fileContent: opens }, context).unwrap()
    expect(parsed.fileContent).toBe(opens)
  })

  test('undefined is as good as absent', () => {
    const parsed = parseCredentials('api_key', { ...minimal.api_key, environment: undefined, type: undefined }, context)
    expect({ ...parsed.unwrap() }).toStrictEqual({ type: 'api_key', apiKey: 'k', apiSecret: 's' })
  })

  test('the input itself is left alone', () => {
    const input = { ...complete.custom }
    parseCredentials('custom', input, context).unwrap()
    expect(Reflect.ownKeys(input)).toEqual(['accessUrl', 'nested', 'retries', 'note'])
    expect(JSON.stringify(input)).toContain('canary')
  })

  const required: { [T in CredentialType]: string[] } = {
    oauth2: ['accessToken'],
    api_key: ['apiKey', 'apiSecret'],
    file_import: ['fileName', 'fileContent'],
    link_token: ['accessToken', 'itemId'],
    certificate: ['certificate', 'privateKey'],
    custom: [],
  }

  test.each(credentialTypes.filter((type) => type !== 'custom'))(
    '%s: one issue for each field that is missing',
    (type) => {
      expect(pathsOf(type, {})).toEqual(required[type])
    },
  )

  test.each(credentialTypes.filter((type) => type !== 'custom'))(
    '%s: one issue for each field that is wrong',
    (type) => {
      const fields = Object.keys(complete[type])
      const wrong = Object.fromEntries(fields.map((field) => [field, 42]))
      expect(pathsOf(type, wrong)).toEqual(fields)
      for (const field of fields) expect(pathsOf(type, { ...complete[type], [field]: 42 })).toEqual([field])
    },
  )

  test.each(credentialTypes.filter((type) => type !== 'custom'))('%s: a text is not empty', (type) => {
    for (const [field, value] of Object.entries(complete[type])) {
      if (typeof value !== 'string') continue
      expect(pathsOf(type, { ...complete[type], [field]: '' })).toEqual([field])
      expect(pathsOf(type, { ...complete[type], [field]: ' \t' })).toEqual([field])
    }
  })

  test.each(['2026-01-31', '2026-01-31T12:00:00Z', '2026-01-31T07:00:00.000-05:00', 'soon', 1_769_860_800, ''])(
    'an expiry is an instant in its one form, not %j',
    (expiresAt) => {
      expect(pathsOf('oauth2', { ...minimal.oauth2, expiresAt })).toEqual(['expiresAt'])
    },
  )

  test('an expiry beyond the calendar is an issue too, not a throw', () => {
    expect(pathsOf('oauth2', { ...minimal.oauth2, expiresAt: '9999-12-31T23:59:59.999-01:00' })).toEqual(['expiresAt'])
  })

  test.each(credentialTypes)('%s: credentials of another type are refused', (type) => {
    for (const other of [...credentialTypes.filter((one) => one !== type), 'constructor', '', null, 1]) {
      expect(pathsOf(type, { ...complete[type], type: other })).toEqual(['type'])
    }
  })

  test.each(credentialTypes)('%s: what is no object is refused', (type) => {
    for (const input of [null, undefined, 'canary', 7, true, Symbol('s'), () => 0]) {
      expect(pathsOf(type, input)).toEqual(['credentials'])
    }
  })

  test.each(credentialTypes.filter((type) => type !== 'custom'))('%s: unknown fields are dropped', (type) => {
    const parsed = parseCredentials(type, { ...complete[type], password: 'canary', toJSON: 'canary' }, context).unwrap()
    expect({ ...parsed }).toEqual({ type, ...complete[type] })
  })

  test('custom credentials are JSON: nothing else could be stored', () => {
    expect(pathsOf('custom', { issuedAt: new Date(0) })).toEqual(['issuedAt'])
    expect(pathsOf('custom', { open: () => 0, key: fileContent, size: 1n })).toEqual(['open', 'key', 'size'])
    expect(pathsOf('custom', ['canary'])).toEqual(['credentials'])
  })

  test('the error says who and what, and no value', () => {
    const error = parseCredentials('api_key', { apiKey: 'canary-key', apiSecret: { canary: 1 } }, context).unwrapErr()
    expect(error).toMatchObject({
      code: 'PROVIDER_INVALID_INPUT',
      provider: 'acme',
      operation: 'parseCredentials',
      issues: [{ path: 'apiSecret', reason: 'A text that is not empty is needed.' }],
    })
    expect(inspect(error) + JSON.stringify(error)).not.toContain('canary')
    const mismatch = parseCredentials('api_key', { type: 'canary' }, context).unwrapErr()
    expect(inspect(mismatch) + JSON.stringify(mismatch)).not.toContain('canary')
  })

  test('gives the type that was asked for', () => {
    const parsed = parseCredentials('link_token', minimal.link_token, context).unwrap()
    expectTypeOf(parsed).toEqualTypeOf<LinkTokenCredentials>()
    // @ts-expect-error: there is no such type of credentials
    expect(() => parseCredentials('password', {}, context)).toThrow(TypeError)
  })
})

describe('credentials show no secret', () => {
  const inError = (credentials: Credentials) => Object.assign(new Error('failed'), { credentials })
  const deep = (credentials: Credentials) => ({ a: { b: { c: [{ credentials }] } } })
  const printings: [string, (credentials: Credentials) => string][] = [
    ['JSON', (credentials) => JSON.stringify(credentials)],
    ['JSON, nested', (credentials) => JSON.stringify({ a: [credentials, { credentials }] })],
    ['JSON of an error', (credentials) => JSON.stringify(inError(credentials))],
    ['inspect', (credentials) => inspect(credentials)],
    ['inspect, all of it', (credentials) => inspect(credentials, { depth: null, showHidden: true, getters: true })],
    ['inspect without depth', (credentials) => inspect(credentials, { depth: 0 })],
    ['inspect, nested', (credentials) => inspect(deep(credentials), { depth: null })],
    ['inspect in an array', (credentials) => inspect([credentials])],
    ['inspect in a Map', (credentials) => inspect(new Map([['key', credentials]]))],
    ['inspect as a key of a Map', (credentials) => inspect(new Map([[credentials, 1]]))],
    ['inspect in a Set', (credentials) => inspect(new Set([credentials]))],
    ['inspect in an error', (credentials) => inspect(inError(credentials))],
    ['inspect as a cause', (credentials) => inspect(new Error('failed', { cause: credentials }))],
    ['a template', (credentials) => `${credentials}`],
    ['String()', (credentials) => String(credentials)],
    ['a joined array', (credentials) => [credentials, 1].join()],
    ['toString()', (credentials) => credentials.toString()],
    ['toLocaleString()', (credentials) => credentials.toLocaleString()],
    ['console %s', (credentials) => format('%s', credentials)],
    ['console %o', (credentials) => format('%o', credentials)],
    ['console %O', (credentials) => format('%O', deep(credentials))],
    ['console %j', (credentials) => format('%j', credentials)],
    ['console %d', (credentials) => format('%d', credentials)],
    ['console without a format', (credentials) => format('credentials', credentials)],
    ['a key of an object', (credentials) => JSON.stringify({ [String(credentials)]: 1 })],
  ]

  test.each(printings)('as %s', (_, print) => {
    for (const type of credentialTypes) {
      const credentials: Credentials = parseCredentials(type, complete[type], context).unwrap()
      const printed = print(credentials)
      expect(printed).not.toContain('canary')
      expect(printed).not.toContain(fileContent.join(', '))
    }
  })

  test('but which fields there are, and which are null', () => {
    const credentials = parseCredentials('oauth2', { ...complete.oauth2, refreshToken: null }, context).unwrap()
    const shown = {
      type: 'oauth2',
      accessToken: '[masked]',
      refreshToken: null,
      expiresAt: '[masked]',
      refreshTokenIssuedAt: '[masked]',
    }
    expect(JSON.parse(JSON.stringify(credentials))).toEqual(shown)
    expect(inspect(credentials)).toBe(inspect(shown))
    expect(`${credentials}`).toBe('[oauth2 credentials]')
  })

  test('and what is added to them later is masked as well', () => {
    const credentials = parseCredentials('custom', {}, context).unwrap()
    Object.assign(credentials, { later: 'canary' })
    expect(JSON.stringify(credentials) + inspect(credentials)).not.toContain('canary')
  })

  test('a field called as a hook is refused: the mask would take its place', () => {
    const error = parseCredentials('custom', { toJSON: 'canary', secret: 'canary' }, context).unwrapErr()
    expect(error.issues).toEqual([{ path: 'toJSON', reason: expect.any(String) }])
    expect(JSON.stringify(error) + inspect(error)).not.toContain('canary')
  })

  test.each(credentialTypes)('%s: what was printed is not taken for the credentials again', (type) => {
    const printed = JSON.parse(JSON.stringify(parseCredentials(type, complete[type], context).unwrap()))
    const { issues } = parseCredentials(type, printed, context).unwrapErr()
    const masked = Object.keys(printed).filter((field) => printed[field] === '[masked]')
    expect(masked.length).toBeGreaterThan(0)
    expect(issues).toEqual(masked.map((path) => ({ path, reason: expect.stringContaining('{ ...credentials }') })))
  })

  test.each(credentialTypes)('%s: fields stay readable, and copies are whole', (type) => {
    const credentials = parseCredentials(type, complete[type], context).unwrap()
    const whole = { type, ...complete[type] }
    expect({ ...credentials }).toStrictEqual(whole)
    expect(structuredClone(credentials)).toStrictEqual(whole)
    for (const [field, value] of Object.entries(whole)) expect(credentials).toHaveProperty(field, value)
  })

  test('masking gives the same object, and again does no harm', () => {
    const credentials: ApiKeyCredentials = { type: 'api_key', apiKey: 'canary', apiSecret: 'canary' }
    expect(maskCredentials(maskCredentials(credentials))).toBe(credentials)
    expect(JSON.stringify(credentials)).not.toContain('canary')
  })
})

describe('needsRefresh', () => {
  const fiveMinutes = 300_000
  test.each<[string, Instant | null, boolean]>([
    ['in exactly five minutes', toInstant(now + fiveMinutes), true],
    ['a millisecond later than that', toInstant(now + fiveMinutes + 1), false],
    ['in a minute', toInstant(now + 60_000), true],
    ['just now', toInstant(now), true],
    ['a year ago', toInstant(now - 31_536_000_000), true],
    ['in an hour', toInstant(now + 3_600_000), false],
    ['never', null, false],
  ])('of credentials that end %s', (_, expiresAt, needed) => {
    expect(needsRefresh({ expiresAt }, now)).toBe(needed)
  })
})

test('what may be stored is decided by the compiler', () => {
  expectTypeOf<FileImportCredentials>().not.toExtend<StorableCredentials>()
  expectTypeOf<Credentials>().not.toExtend<StorableCredentials>()
  expectTypeOf<OAuth2Credentials>().toExtend<StorableCredentials>()
  expectTypeOf<ApiKeyCredentials>().toExtend<StorableCredentials>()
  expectTypeOf<LinkTokenCredentials>().toExtend<StorableCredentials>()
  expectTypeOf<CertificateCredentials>().toExtend<StorableCredentials>()
  expectTypeOf<CustomCredentials>().toExtend<StorableCredentials>()

  const store = (credentials: StorableCredentials) => credentials.type
  const file: FileImportCredentials = { type: 'file_import', fileName: 'f', fileContent }
  // @ts-expect-error: a file is never stored
  expect(store(file)).toBe('file_import')
  expectTypeOf<ImportFile>().not.toHaveProperty('type')
})
