import assert from 'node:assert/strict'
import { isOAuthProvider } from '../provider.ts'
import { metadataSchema } from '../schemas.ts'
import { assertNoSecret, assertPlain, assertValid, settle, succeed } from './assertions.ts'
import { type CasesByName, start } from './harness.ts'

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
    const has = (method: string) => typeof (connector as unknown as Record<string, unknown>)[method] === 'function'
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
    assert.equal(credentials.type, connector.metadata.credentialType)
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
        'Bad credentials must be PROVIDER_INVALID_INPUT.',
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

  'shows no secret of its settings or credentials when printed'(harness) {
    assertNoSecret(start(harness).heard, harness.secrets)
  },
}

/** What a connector does whose users connect by OAuth. */
export const oauthCases: CasesByName = {
  'sends the user to an https address that carries the state'(harness) {
    const { connector } = start(harness)
    assert(isOAuthProvider(connector))
    const url = new URL(connector.authorizationUrl({ state: 'state-of-the-kit' }))
    assert.equal(url.protocol, 'https:', 'The authorization URL must be https.')
    assert.equal(url.searchParams.get('state'), 'state-of-the-kit', 'The authorization URL must carry the state.')
  },
}
