import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Json } from '../json.ts'
import { type Actor, isActor, type RequestOptions } from '../provider.ts'
import { assertNoSecret, assertPlain, settle, succeed } from './assertions.ts'
import { type CasesByName, hear, type ProviderHarness, type Session, start } from './harness.ts'

function requireActor({ connector }: Session): Actor {
  assert(isActor(connector), 'The connector can not act.')
  return connector
}

/** Does what the harness says can be done. */
function actOf(harness: ProviderHarness, session: Session, options?: RequestOptions) {
  const actor = requireActor(session)
  const { action } = harness
  assert(action !== undefined, 'The harness of a connector that acts must have an action.')
  return () => actor.act(session.credentials, action() as Json, options)
}

const badActions = [undefined, null, 0, '', 'text', true, [], {}, { type: 'nonsense' }, () => {}, Symbol('nonsense')]

/** What a connector does that acts. */
export const actorCases: CasesByName = {
  async 'does what it is told, and tells of it in plain data'(harness) {
    const answer = await succeed('act', actOf(harness, start(harness)))
    assertPlain(answer, 'What act gives')
  },

  async 'refuses a bad action with PROVIDER_INVALID_INPUT, before anything is sent'(harness) {
    let isSent = false
    const session = start(harness, {
      fetch: async (request) => {
        isSent = true
        return harness.fetch?.(request) ?? Response.error()
      },
    })
    const actor = requireActor(session)
    for (const action of badActions) {
      isSent = false
      const result = await settle('act', () => actor.act(session.credentials, action as Json))
      assert(
        result.isErr() && result.error.code === 'PROVIDER_INVALID_INPUT',
        `A bad action must be PROVIDER_INVALID_INPUT, but ${inspect(action)} is not.`,
      )
      assert(!isSent, `A bad action must be refused before anything is sent, but ${inspect(action)} is not.`)
    }
  },

  async 'does nothing, and says PROVIDER_ABORTED, when the signal is aborted'(harness) {
    const result = await settle('act', actOf(harness, start(harness), { signal: AbortSignal.abort() }))
    assert(
      result.isErr() && result.error.code === 'PROVIDER_ABORTED',
      `act with an aborted signal gave ${result.isErr() ? result.error.code : 'Ok'} instead of PROVIDER_ABORTED.`,
    )
  },

  async 'shows no secret in what an action gives and logs'(harness) {
    const session = start(harness)
    await hear(session, actOf(harness, session))
    await hear(session, () => requireActor(session).act(session.credentials, { type: 'nonsense' }))
    assertNoSecret(session.heard, harness.secrets)
  },
}
