import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  ConfigurationError,
  ConnectionError,
  type ConnectionErrorCode,
  type DecryptionProblem,
  FinportError,
  type Json,
  type KeyProblem,
  ProviderAbortedError,
  ProviderAuthenticationError,
  ProviderConfigurationError,
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidInputError,
  ProviderInvalidResponseError,
  ProviderPermissionError,
  ProviderRateLimitError,
  ProviderUnavailableError,
  type ReauthenticationReason,
  StorageError,
  type StorageErrorCode,
  UnknownProviderError,
  type UserAction,
  VaultError,
  type VaultErrorCode,
} from '../src/index.ts'

const context = { provider: 'acme', operation: 'fetchAccounts', status: 418, requestId: 'req-7' }
const issues = [{ path: 'fileContent', reason: 'The file ends in the middle of a record.', line: 12 }]

type Expected = { name: string; code: string; retryable: boolean; userAction: UserAction; extra: Record<string, Json> }

const makeProviderErrors = (): [ProviderError, Expected][] => [
  [
    new ProviderAuthenticationError({ ...context, isTokenExpired: true }),
    {
      name: 'ProviderAuthenticationError',
      code: 'PROVIDER_AUTHENTICATION_FAILED',
      retryable: false,
      userAction: 'reconnect',
      extra: { isTokenExpired: true },
    },
  ],
  [
    new ProviderConfigurationError(context),
    {
      name: 'ProviderConfigurationError',
      code: 'PROVIDER_CONFIGURATION_REJECTED',
      retryable: false,
      userAction: 'fix_configuration',
      extra: {},
    },
  ],
  [
    new ProviderPermissionError(context),
    {
      name: 'ProviderPermissionError',
      code: 'PROVIDER_PERMISSION_DENIED',
      retryable: false,
      userAction: 'contact_provider',
      extra: {},
    },
  ],
  [
    new ProviderRateLimitError({ ...context, retryAfterSeconds: 30 }),
    {
      name: 'ProviderRateLimitError',
      code: 'PROVIDER_RATE_LIMITED',
      retryable: true,
      userAction: 'none',
      extra: { retryAfterSeconds: 30 },
    },
  ],
  [
    new ProviderUnavailableError({ ...context, retryAfterSeconds: 0 }),
    {
      name: 'ProviderUnavailableError',
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
      userAction: 'none',
      extra: { retryAfterSeconds: 0 },
    },
  ],
  [
    new ProviderInvalidResponseError({ ...context, issues: [{ path: '$.accounts[0].balance' }] }),
    {
      name: 'ProviderInvalidResponseError',
      code: 'PROVIDER_INVALID_RESPONSE',
      retryable: false,
      userAction: 'contact_provider',
      extra: { issues: [{ path: '$.accounts[0].balance' }] },
    },
  ],
  [
    new ProviderInvalidInputError({ ...context, issues }),
    {
      name: 'ProviderInvalidInputError',
      code: 'PROVIDER_INVALID_INPUT',
      retryable: false,
      userAction: 'fix_input',
      extra: { issues },
    },
  ],
  [
    new ProviderAbortedError(context),
    {
      name: 'ProviderAbortedError',
      code: 'PROVIDER_ABORTED',
      retryable: true,
      userAction: 'none',
      extra: {},
    },
  ],
]

const connectionErrors: Record<ConnectionErrorCode, [UserAction, retryable: boolean]> = {
  CONNECTION_NOT_FOUND: ['fix_input', false],
  CONNECTION_NOT_ACTIVE: ['reconnect', false],
  CONNECTION_ALIAS_TAKEN: ['fix_input', false],
  CONNECTION_MISMATCH: ['reconnect', false],
  CONNECTION_DUPLICATE: ['fix_input', false],
  CONNECTION_SANDBOX_MISMATCH: ['fix_configuration', false],
  OAUTH_STATE_INVALID: ['reconnect', false],
  OAUTH_DENIED: ['reconnect', false],
  OAUTH_REQUEST_REJECTED: ['fix_configuration', false],
  OAUTH_SERVER_ERROR: ['none', true],
  SYNC_IN_PROGRESS: ['none', true],
}

type CodeWithReason = 'REAUTHENTICATION_REQUIRED' | 'ENCRYPTION_KEY_INVALID' | 'DECRYPTION_FAILED'

const vaultErrors: Record<Exclude<VaultErrorCode, CodeWithReason>, [UserAction, retryable: boolean]> = {
  CREDENTIALS_NOT_FOUND: ['reconnect', false],
  CREDENTIALS_UNREADABLE: ['reconnect', false],
  REFRESH_IN_PROGRESS: ['none', true],
  ENCRYPTION_FAILED: ['none', false],
  KEY_SERVICE_UNAVAILABLE: ['none', true],
}

const keyProblems: Record<KeyProblem, RegExp> = {
  missing: /generateKey/,
  malformed: /'k1:…'/,
  invalid_id: /id .* 1 to 64/,
  duplicate_id: /same id/,
  invalid_encoding: /base64url/,
  wrong_length: /32 bytes/,
  mismatched: /two keys/,
  rejected: /refused/,
}

const decryptionProblems: Record<DecryptionProblem, RegExp> = {
  not_sealed: /not sealed/,
  unsupported_format: /format/,
  unsupported_suite: /not configured/,
  unknown_key: /keyring/,
  key_only_seals: /only seal/,
  not_authentic: /changed|something else/,
}

const storageErrors: Record<StorageErrorCode, [UserAction, retryable: boolean]> = {
  STORAGE_CONFLICT: ['none', true],
  STORAGE_UNAVAILABLE: ['none', true],
}

const codesOf = <Code extends string>(table: Record<Code, unknown>) => Object.keys(table) as Code[]

/** One of each class and code, new each time. */
const makeErrors = (): FinportError[] => [
  ...makeProviderErrors().map(([error]) => error),
  new ConfigurationError({ provider: 'acme', missing: ['clientId'], invalid: ['redirectUri'] }),
  new UnknownProviderError(['acme', 'chase-file']),
  ...codesOf(connectionErrors).map((code) => new ConnectionError(code)),
  ...codesOf(vaultErrors).map((code) => new VaultError(code)),
  new VaultError('REAUTHENTICATION_REQUIRED', 'refresh_token_expired'),
  new VaultError('ENCRYPTION_KEY_INVALID', 'wrong_length'),
  new VaultError('DECRYPTION_FAILED', 'not_authentic'),
  ...codesOf(storageErrors).map((code) => new StorageError(code)),
]

describe('provider errors', () => {
  test.each(makeProviderErrors().map(([error, expected]) => ({ error, expected, name: expected.name })))(
    '$name',
    ({ error, expected }) => {
      const { name, code, retryable, userAction, extra } = expected
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({ ...context, name, code, retryable, userAction, ...extra })
      expect(error.toJSON()).toEqual({
        name,
        message: error.message,
        ...context,
        code,
        retryable,
        userAction,
        ...extra,
      })
    },
  )

  const classes: [string, (context: ProviderErrorContext) => ProviderError][] = [
    ['authentication', (given) => new ProviderAuthenticationError({ ...given, isTokenExpired: false })],
    ['configuration', (given) => new ProviderConfigurationError(given)],
    ['permission', (given) => new ProviderPermissionError(given)],
    ['rate limit', (given) => new ProviderRateLimitError({ ...given, retryAfterSeconds: null })],
    ['unavailable', (given) => new ProviderUnavailableError(given)],
    ['invalid response', (given) => new ProviderInvalidResponseError(given)],
    ['invalid input', (given) => new ProviderInvalidInputError({ ...given, issues: [] })],
    ['aborted', (given) => new ProviderAbortedError(given)],
  ]

  test.each(classes)('%s: another message takes the place of the usual one', (_, make) => {
    const usual = make({ provider: 'acme', operation: 'revoke' })
    expect(usual.message).toMatch(/^[A-Z].+\.$/)
    expect(make({ provider: 'acme', operation: 'revoke', message: undefined }).message).toBe(usual.message)
    const other = make({ provider: 'acme', operation: 'revoke', message: 'The market is closed.' })
    expect(other.message).toBe('The market is closed.')
    expect(other.toJSON().message).toBe('The market is closed.')
    expect(inspect(other)).toContain('The market is closed.')
  })

  test('an access token that ended may be refreshed: no new login is asked for before', () => {
    const messageOf = (isTokenExpired: boolean) =>
      new ProviderAuthenticationError({ ...context, isTokenExpired }).message
    expect(messageOf(true)).toContain('Refresh it')
    expect(messageOf(false)).not.toContain('Refresh')
  })

  test.each(classes)('%s: what is not known is null', (_, make) => {
    const error = make({ provider: 'acme', operation: 'revoke', status: undefined })
    expect(error).toMatchObject({ status: null, requestId: null })
    expect(error.toJSON()).toMatchObject({ status: null, requestId: null })
  })

  test('what a class adds is optional where it may not be known', () => {
    expect(new ProviderUnavailableError(context).retryAfterSeconds).toBeNull()
    expect(new ProviderUnavailableError({ ...context, retryAfterSeconds: undefined }).retryAfterSeconds).toBeNull()
    expect(new ProviderRateLimitError({ ...context, retryAfterSeconds: null }).retryAfterSeconds).toBeNull()
    expect(new ProviderInvalidResponseError(context).issues).toEqual([])
  })

  test('invalid input says what and where, for people', () => {
    const error = new ProviderInvalidInputError({
      provider: 'acme',
      operation: 'fetchAccounts',
      issues: [
        { path: 'fileContent', reason: 'Not a statement.', offset: 0 },
        { path: 'STMTTRN', reason: 'No amount.', line: 7, offset: 99 },
        { path: 'accountId', reason: 'Unknown.' },
      ],
    })
    expect(error.message).toBe(
      "The provider 'acme' can't use this input. fileContent (byte 0): Not a statement. STMTTRN (line 7): No amount. accountId: Unknown.",
    )
  })
})

describe('errors of the factory and the registry', () => {
  test('ConfigurationError names the settings', () => {
    const error = new ConfigurationError({ provider: 'acme', missing: ['a', 'b.c'], invalid: ['d'] })
    expect(error.message).toBe("The provider 'acme' can't be made with these settings. Missing: a, b.c. Not valid: d.")
    expect(error.toJSON()).toEqual({
      name: 'ConfigurationError',
      message: error.message,
      code: 'PROVIDER_CONFIGURATION_INVALID',
      retryable: false,
      userAction: 'fix_configuration',
      provider: 'acme',
      settings: ['a', 'b.c', 'd'],
      issues: [],
    })
    expect(new ConfigurationError({ provider: 'acme', missing: [], invalid: ['d'] }).message).toBe(
      "The provider 'acme' can't be made with these settings. Not valid: d.",
    )
  })

  test('ConfigurationError says in words what the provider finds wrong', () => {
    const issues = [
      { path: 'redirectUri', reason: 'It must be https.' },
      { path: 'clientId', reason: 'It holds a blank.' },
    ]
    const error = new ConfigurationError({ provider: 'acme', missing: [], invalid: ['clientId'], issues })
    expect(error.message).toBe(
      "The provider 'acme' can't be made with these settings. Not valid: clientId. redirectUri: It must be https. clientId: It holds a blank.",
    )
    expect(error).toMatchObject({ settings: ['clientId', 'redirectUri'], issues })
  })

  test('UnknownProviderError names what is supported', () => {
    const error = new UnknownProviderError(['acme', 'chase-file'])
    expect(error.toJSON()).toEqual({
      name: 'UnknownProviderError',
      message: 'No provider of this slug is registered. Registered are: acme, chase-file.',
      code: 'PROVIDER_UNKNOWN',
      retryable: false,
      userAction: 'fix_input',
      supported: ['acme', 'chase-file'],
    })
    expect(new UnknownProviderError([]).message).toMatch(/: none\.$/)
  })
})

describe('errors told apart by code alone', () => {
  test.each(codesOf(connectionErrors))('ConnectionError %s', (code) => {
    const [userAction, retryable] = connectionErrors[code]
    expect(new ConnectionError(code)).toMatchObject({ name: 'ConnectionError', code, userAction, retryable })
  })

  test.each(codesOf(vaultErrors))('VaultError %s', (code) => {
    const [userAction, retryable] = vaultErrors[code]
    expect(new VaultError(code)).toMatchObject({ name: 'VaultError', code, userAction, retryable, reason: null })
  })

  test.each<ReauthenticationReason>([
    'refresh_token_refused',
    'refresh_token_expired',
    'refresh_token_missing',
    'refresh_in_doubt',
  ])('VaultError REAUTHENTICATION_REQUIRED by %s', (reason) => {
    const error = new VaultError('REAUTHENTICATION_REQUIRED', reason)
    expect(error).toMatchObject({
      code: 'REAUTHENTICATION_REQUIRED',
      userAction: 'reconnect',
      retryable: false,
      reason,
    })
    expect(error.toJSON()).toMatchObject({ reason })
  })

  test.each(codesOf(keyProblems))('VaultError ENCRYPTION_KEY_INVALID by %s says what is wrong', (reason) => {
    const error = new VaultError('ENCRYPTION_KEY_INVALID', reason)
    expect(error).toMatchObject({ userAction: 'fix_configuration', retryable: false, reason })
    expect(error.message).toMatch(keyProblems[reason])
  })

  test.each(codesOf(decryptionProblems))('VaultError DECRYPTION_FAILED by %s says what is wrong', (reason) => {
    const error = new VaultError('DECRYPTION_FAILED', reason)
    expect(error).toMatchObject({ userAction: 'fix_configuration', retryable: false, reason })
    expect(error.message).toMatch(decryptionProblems[reason])
  })

  test.each(codesOf(storageErrors))('StorageError %s', (code) => {
    const [userAction, retryable] = storageErrors[code]
    expect(new StorageError(code)).toMatchObject({ name: 'StorageError', code, userAction, retryable })
  })

  test('a reason is needed exactly with the codes that have some', () => {
    // @ts-expect-error: the host could not tell its user why
    expect(new VaultError('REAUTHENTICATION_REQUIRED').code).toBe('REAUTHENTICATION_REQUIRED')
    // @ts-expect-error: another code's reason
    expect(new VaultError('DECRYPTION_FAILED', 'refresh_in_doubt').code).toBe('DECRYPTION_FAILED')
    // @ts-expect-error: not one of the reasons
    expect(new VaultError('REAUTHENTICATION_REQUIRED', 'bored').code).toBe('REAUTHENTICATION_REQUIRED')
  })

  test('a code that there is not does not compile', () => {
    // @ts-expect-error: not one of the codes
    expect(() => new ConnectionError('CONNECTION_LOST')).toThrow(TypeError)
    // @ts-expect-error: not one of the codes
    expect(() => new StorageError('STORAGE_FULL')).toThrow(TypeError)
  })
})

describe('every error', () => {
  const cases = makeErrors().map((error) => ({ error, code: error.code }))

  test('has a code of its own', () => {
    const codes = makeErrors().map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
  })

  test.each(cases)('$code is an Error with a stack and a sentence', ({ error }) => {
    expect(error).toBeInstanceOf(FinportError)
    expect(error.stack).toContain('errors.test.ts')
    expect(error.message).toMatch(/^[A-Z].+\.$/s)
    expect(String(error)).toBe(`${error.name}: ${error.message}`)
  })

  test.each(cases)('$code is plain JSON', ({ error }) => {
    const json = error.toJSON()
    expect(JSON.parse(JSON.stringify(error))).toEqual(json)
    expect(structuredClone(json)).toEqual(json)
    expect(Object.keys(json).slice(0, 2)).toEqual(['name', 'message'])
    expect(json).toMatchObject({ code: error.code, retryable: error.retryable, userAction: error.userAction })
    expect(json).not.toHaveProperty('stack')
    expectTypeOf(json).toExtend<Json>()
  })

  test.each(cases)('$code prints its name, message, fields and stack, also inside other things', ({ error }) => {
    for (const printed of [inspect(error), inspect({ deep: [new Map([['error', error]])] }, { depth: 9 })]) {
      expect(printed).toContain(`${error.name}: ${error.message}`)
      expect(printed).toContain(error.code)
      expect(printed).toContain('errors.test.ts')
    }
  })

  test('never shows a cause that somebody put on it', () => {
    const secret = 'canary-5f1e'
    for (const error of makeErrors()) {
      const json = error.toJSON()
      const foreign = Object.assign(new Error(`GET /?access_token=${secret}`), { headers: { authorization: secret } })
      Object.assign(error, { cause: foreign })
      expect(error.toJSON()).toEqual(json)
      expect(JSON.stringify(error)).not.toContain(secret)
      expect(inspect(error, { depth: null })).not.toContain(secret)
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret)
    }
  })

  test('never shows a cause as the language itself sets it', () => {
    const secret = 'canary-5f1e'
    for (const error of makeErrors()) {
      Object.defineProperty(error, 'cause', { value: new Error(secret), enumerable: false })
      expect(JSON.stringify(error) + inspect(error, { depth: null, showHidden: true })).not.toContain(secret)
    }
  })

  test('is never given a cause by its own', () => {
    for (const error of makeErrors()) expect(error.cause).toBeUndefined()
  })
})

describe('a switch over the code is exhaustive', () => {
  const adviseProvider = (error: ProviderError): string => {
    switch (error.code) {
      case 'PROVIDER_AUTHENTICATION_FAILED':
        return error.isTokenExpired ? 'refresh' : 'reconnect'
      case 'PROVIDER_RATE_LIMITED':
      case 'PROVIDER_UNAVAILABLE':
        return `wait ${error.retryAfterSeconds ?? 60}`
      case 'PROVIDER_INVALID_INPUT':
        return error.issues.map(({ reason }) => reason).join()
      case 'PROVIDER_INVALID_RESPONSE':
        return error.issues.map(({ path }) => path).join()
      case 'PROVIDER_CONFIGURATION_REJECTED':
      case 'PROVIDER_PERMISSION_DENIED':
      case 'PROVIDER_ABORTED':
        return error.operation
      default:
        return error satisfies never
    }
  }

  const isLogin = (code: ConnectionError['code']): boolean => {
    switch (code) {
      case 'OAUTH_STATE_INVALID':
      case 'OAUTH_DENIED':
      case 'OAUTH_REQUEST_REJECTED':
      case 'OAUTH_SERVER_ERROR':
        return true
      case 'CONNECTION_NOT_FOUND':
      case 'CONNECTION_NOT_ACTIVE':
      case 'CONNECTION_ALIAS_TAKEN':
      case 'CONNECTION_MISMATCH':
      case 'CONNECTION_DUPLICATE':
      case 'CONNECTION_SANDBOX_MISMATCH':
      case 'SYNC_IN_PROGRESS':
        return false
      default:
        return code satisfies never
    }
  }

  const isEncryption = (code: VaultError['code']): boolean => {
    switch (code) {
      case 'ENCRYPTION_KEY_INVALID':
      case 'ENCRYPTION_FAILED':
      case 'DECRYPTION_FAILED':
        return true
      case 'CREDENTIALS_NOT_FOUND':
      case 'CREDENTIALS_UNREADABLE':
      case 'REAUTHENTICATION_REQUIRED':
      case 'REFRESH_IN_PROGRESS':
      case 'KEY_SERVICE_UNAVAILABLE':
        return false
      default:
        return code satisfies never
    }
  }

  const isConflict = (code: StorageError['code']): boolean => {
    switch (code) {
      case 'STORAGE_CONFLICT':
        return true
      case 'STORAGE_UNAVAILABLE':
        return false
      default:
        return code satisfies never
    }
  }

  test('and narrows to the class', () => {
    expect(makeProviderErrors().map(([error]) => adviseProvider(error))).toEqual([
      'refresh',
      'fetchAccounts',
      'fetchAccounts',
      'wait 30',
      'wait 0',
      '$.accounts[0].balance',
      'The file ends in the middle of a record.',
      'fetchAccounts',
    ])
    expect(codesOf(connectionErrors).filter(isLogin)).toHaveLength(4)
    expect(codesOf(vaultErrors).filter(isEncryption)).toEqual(['ENCRYPTION_FAILED'])
    expect(codesOf(storageErrors).filter(isConflict)).toEqual(['STORAGE_CONFLICT'])
  })

  test('a case left out does not compile', () => {
    const incomplete = (error: ProviderError): string => {
      switch (error.code) {
        case 'PROVIDER_ABORTED':
          return 'aborted'
        default:
          // @ts-expect-error: seven codes are left
          return error satisfies never
      }
    }
    expect(incomplete(new ProviderAbortedError(context))).toBe('aborted')
  })

  test('each code is a literal', () => {
    expectTypeOf<ProviderAuthenticationError['code']>().toEqualTypeOf<'PROVIDER_AUTHENTICATION_FAILED'>()
    expectTypeOf<ConfigurationError['code']>().toEqualTypeOf<'PROVIDER_CONFIGURATION_INVALID'>()
    expectTypeOf<UnknownProviderError['code']>().toEqualTypeOf<'PROVIDER_UNKNOWN'>()
    expectTypeOf<FinportError['userAction']>().toEqualTypeOf<UserAction>()
  })
})
