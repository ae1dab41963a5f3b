import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { hasMethod, isOAuthProvider } from '../provider.ts'
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
}
