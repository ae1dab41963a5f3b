import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type ExchangeProvider, isExchangeProvider, type RequestOptions } from '../provider.ts'
import { assertNoSecret, settle, settleNow, succeed } from './assertions.ts'
import { type CasesByName, hear, type ProviderHarness, type Session, start } from './harness.ts'

function requireExchange({ connector }: Session): ExchangeProvider {
  assert(isExchangeProvider(connector), 'The connector exchanges nothing.')
  return connector
}

/** Exchanges what the harness says a user types. */
function exchangeOf(harness: ProviderHarness, session: Session, options?: RequestOptions) {
  const connector = requireExchange(session)
  const { exchangeInput = harness.input } = harness
  return () => connector.exchangeCredentials(exchangeInput(), options)
}

const badInputs = [undefined, null, 0, '', true, [], {}, { type: 'nonsense' }, () => {}, Symbol('nonsense')]

/** What a connector does that exchanges what a user types for what is kept. */
export const exchangeCases: CasesByName = {
  async 'exchanges what a user types for credentials that it takes again'(harness) {
    const session = start(harness)
    const { connector } = session
    const credentials = await succeed('exchangeCredentials', exchangeOf(harness, session))
    const { credentialType } = connector.metadata
    assert(
      credentials?.type === credentialType,
      `exchangeCredentials gives the type '${credentials?.type}', but the metadata names '${credentialType}'.`,
    )
    // A vault keeps the fields and hands them back to parseCredentials.
    const kept = settleNow('parseCredentials', () => connector.parseCredentials({ ...credentials }))
    assert(kept.isOk(), 'parseCredentials refuses what exchangeCredentials gives: what is kept could never be used.')
    assert.deepEqual(
      Object.keys(kept.value).sort(),
      Object.keys(credentials).sort(),
      'parseCredentials gives other fields than exchangeCredentials.',
    )
  },

  async 'refuses bad input for an exchange with PROVIDER_INVALID_INPUT, before anything is sent'(harness) {
    let isSent = false
    const session = start(harness, {
      fetch: async (request) => {
        isSent = true
        return harness.fetch?.(request) ?? Response.error()
      },
    })
    const connector = requireExchange(session)
    for (const input of badInputs) {
      isSent = false
      const result = await settle('exchangeCredentials', () => connector.exchangeCredentials(input))
      assert(
        result.isErr() && result.error.code === 'PROVIDER_INVALID_INPUT',
        `Bad input for an exchange must be PROVIDER_INVALID_INPUT, but ${inspect(input)} is not.`,
      )
      assert(!isSent, `Bad input must be refused before anything is sent, but ${inspect(input)} is not.`)
    }
  },

  async 'exchanges nothing, and says PROVIDER_ABORTED, when the signal is aborted'(harness) {
    const exchange = exchangeOf(harness, start(harness), { signal: AbortSignal.abort() })
    const result = await settle('exchangeCredentials', exchange)
    assert(
      result.isErr() && result.error.code === 'PROVIDER_ABORTED',
      `exchangeCredentials with an aborted signal gave ${result.isErr() ? result.error.code : 'Ok'} instead of PROVIDER_ABORTED.`,
    )
  },

  async 'shows no secret of an exchange'(harness) {
    const session = start(harness)
    await hear(session, async () => {
      const exchanged = await exchangeOf(harness, session)()
      if (exchanged.isOk()) session.heard.push(String(exchanged.value))
      return exchanged
    })
    await hear(session, () => requireExchange(session).exchangeCredentials({ input: harness.secrets }))
    assertNoSecret(session.heard, harness.secrets)
  },
}
