import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { Credentials } from '../credentials.ts'
import { type Connector, hasMethod, isOAuthProvider } from '../provider.ts'
import { Ok } from '../result.ts'
import { metadataSchema } from '../schemas.ts'
import { assertNoSecret, assertPlain, assertValid, settle, settleNow, succeed } from './assertions.ts'
import { type CasesByName, hear, start } from './harness.ts'

const capabilities: Readonly<Record<string, readonly string[]>> = {
  connector: ['parseCredentials', 'revoke'],
  provider: ['fetchAccounts', 'fetchTransactions', 'fetchHoldings'],
  oauth: ['authorizationUrl', 'exchangeCodeForTokens', 'refreshAccessToken', 'credentialsFromTokens'],
  exchange: ['exchangeCredentials'],
  snapshot: ['fetchSnapshot'],
  file: ['identify'],
  changes: ['fetchChanges'],
  actor: ['act'],
}

/** Asserts that credentials whose fields alone were kept are the same again. */
function assertTakenAgain(connector: Connector, credentials: Credentials, what: string): void {
  const taken = settleNow('parseCredentials', () => connector.parseCredentials({ ...credentials }))
  assert(taken.isOk(), `parseCredentials refuses what ${what} gives: what is kept could never be used.`)
  assert(
    isDeepStrictEqual({ ...taken.value }, { ...credentials }),
    `parseCredentials makes something else of what ${what} gives: what is kept would change each time.`,
  )
}

/** The longest that a call may take between two looks at the clock. */
const MOMENT_MILLISECONDS = 60_000

/** What every connector does. */
export const connectorCases: CasesByName = {
  'names itself: protocol, slug and metadata'(harness) {
    const { connector } = start(harness)
    assert.equal(connector.protocol, 1, 'protocol must be 1.')
    assert.match(connector.slug, /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'slug must be lower-case words joined by hyphens.')
    assertValid(metadataSchema, connector.metadata, 'The metadata')
    assertPlain(connector.metadata, 'The metadata')
  },

  'has each capability whole or not at all'(harness) {
    const { connector } = start(harness)
    const has = (method: string) => hasMethod(connector, method)
    for (const [capability, methods] of Object.entries(capabilities)) {
      const missing = methods.filter((method) => !has(method))
      assert(
        missing.length === 0 || (missing.length === methods.length && capability !== 'connector'),
        `The capability '${capability}' lacks ${missing.join(', ')}.`,
      )
    }
    assert(!has('fetchSnapshot') || has('fetchAccounts'), 'A snapshot needs the three fetches beside it.')
    const { authType } = connector.metadata
    assert.equal(has('identify'), authType === 'file_import', 'identify goes with the authType file_import.')
    assert.equal(has('authorizationUrl'), authType === 'oauth', 'authorizationUrl goes with the authType oauth.')
  },

  'parses good credentials into those its metadata names'(harness) {
    const { connector, credentials } = start(harness)
    const { credentialType } = connector.metadata
    assert(
      credentials.type === credentialType,
      `parseCredentials gives the type '${credentials.type}', but the metadata names '${credentialType}'.`,
    )
  },

  'takes the credentials that it gave, as a vault hands them back'(harness) {
    const { connector, credentials } = start(harness)
    // Files are never kept.
    if (credentials.type !== 'file_import') assertTakenAgain(connector, credentials, 'parseCredentials')
  },

  async 'refuses bad credentials with PROVIDER_INVALID_INPUT'(harness) {
    const { connector } = start(harness)
    for (const input of [
      undefined,
      null,
      0,
      '',
      'text',
      true,
      [],
      {},
      { type: 'nonsense' },
      () => {},
      Symbol('nonsense'),
    ]) {
      const result = await settle('parseCredentials', () => connector.parseCredentials(input))
      assert(
        result.isErr() && result.error.code === 'PROVIDER_INVALID_INPUT',
        `Bad credentials must be PROVIDER_INVALID_INPUT, but ${inspect(input)} is not.`,
      )
    }
  },

  async 'revokes, and twice is no error'(harness) {
    const { connector, credentials } = start(harness)
    const first = await succeed('revoke', () => connector.revoke(credentials))
    const second = await succeed('revoke', () => connector.revoke(credentials))
    for (const outcome of [first, second])
      assert(['revoked', 'unsupported'].includes(outcome), "revoke gives 'revoked' or 'unsupported'.")
  },

  async 'shows no secret of its settings or credentials when printed'(harness) {
    const session = start(harness)
    const { connector, credentials } = session
    await hear(session, () => connector.parseCredentials({ ...Object(harness.input()), type: 'nonsense' }))
    await hear(session, () => connector.revoke(credentials))
    assertNoSecret(session.heard, harness.secrets)
    if (isOAuthProvider(connector) && hasMethod(connector, 'credentialsFromTokens')) {
      const [accessToken, refreshToken] = ['access-token-of-the-kit', 'refresh-token-of-the-kit']
      const tokens = { accessToken, refreshToken, expiresIn: 1_800, tokenType: 'Bearer', scope: null }
      const kept = connector.credentialsFromTokens(tokens)
      const message = 'The credentials of credentialsFromTokens show their tokens: maskCredentials hides them.'
      assertNoSecret([kept, String(kept)], [accessToken, refreshToken], () => message)
    }
  },
}

/** What a connector does whose users connect by OAuth. */
export const oauthCases: CasesByName = {
  'sends the user to an https address that carries the state'(harness) {
    const { connector } = start(harness)
    assert(isOAuthProvider(connector))
    const state = 'state/of+the kit&='
    let address: unknown
    const settled = settleNow('authorizationUrl', () => {
      address = connector.authorizationUrl({ state, codeChallenge: 'challenge-of-the-kit' })
      return Ok(undefined)
    })
    assert(settled.isOk() && typeof address === 'string' && URL.canParse(address), 'The authorization URL is no URL.')
    const url = new URL(address)
    assert.equal(url.protocol, 'https:', 'The authorization URL must be https.')
    assert.equal(url.searchParams.get('state'), state, 'The authorization URL must carry the state, encoded.')
    assertNoSecret([address, ...url.searchParams.values()], harness.secrets)
  },

  'keeps what tokens bring, and the refresh token before where they bring none'(harness) {
    const { connector, now } = start(harness)
    assert(isOAuthProvider(connector))
    // That it is missing is another case's.
    if (!hasMethod(connector, 'credentialsFromTokens')) return
    const tokens = {
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      expiresIn: 1_800,
      tokenType: 'Bearer',
      scope: null,
    }
    const earliest = now()
    // One that is good for a single use may be forgotten: sent again, some institutions take it for stolen.
    const mayForget = connector.metadata.tokenPolicy?.rotation === 'always'
    const login = connector.credentialsFromTokens(tokens)
    const kept = connector.credentialsFromTokens({ ...tokens, accessToken: 'access-2', refreshToken: null }, login)
    const rotated = connector.credentialsFromTokens({ ...tokens, refreshToken: 'refresh-2' }, kept)
    for (const [what, credentials, expected] of [
      ['after a login', login, ['access-1', 'refresh-1']],
      ['after a refresh that brings none', kept, ['access-2', 'refresh-1']],
      ['after a refresh that brings another', rotated, ['access-1', 'refresh-2']],
    ] as const) {
      const { accessToken, refreshToken } = credentials
      assert(
        accessToken === expected[0] &&
          (refreshToken === expected[1] || (mayForget && credentials === kept && refreshToken === null)),
        `credentialsFromTokens must keep the access token and the last refresh token that came, ${what}.`,
      )
    }
    const expiresAt = login.expiresAt === null ? null : Date.parse(login.expiresAt)
    assert(
      expiresAt === null || (expiresAt > earliest && expiresAt <= now() + 1_800_000 + MOMENT_MILLISECONDS),
      'The expiresAt of credentialsFromTokens must be expiresIn seconds after the now of the runtime, or before.',
    )
    for (const credentials of [login, kept, rotated]) assertTakenAgain(connector, credentials, 'credentialsFromTokens')
  },
}
