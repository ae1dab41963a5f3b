import { inspect } from 'node:util'
import fc from 'fast-check'
import { createHost } from '../connections/host.ts'

type Pair = [name: string, value: string]

const HOST = 'https://acme.example'

const name = fc.oneof(
  fc.constantFrom('code', 'state', 'error', 'iss', 'error_description', 'State', 'state[]', '__proto__', ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const value = fc.oneof(
  fc.constantFrom(
    '',
    'access_denied',
    'server_error',
    'constructor',
    HOST,
    'https://evil.example',
    'null',
    '\0',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.nat({ max: 20_000 }).map((length) => 'x'.repeat(length)),
)
const error = fc.constantFrom('access_denied', 'login_required', 'server_error', 'invalid_scope', 'constructor')
const change = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value }),
  fc.record({ kind: fc.constant('rename' as const), at: fc.nat(), name }),
  fc.record({ kind: fc.constant('add' as const), at: fc.nat(), name, value }),
  fc.record({ kind: fc.constant('add' as const), at: fc.nat(), name: fc.constant('error'), value: error }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never
const spot = fc.record({
  at: fc.nat(),
  removed: fc.nat({ max: 3 }),
  text: fc.constantFrom('', '%', '%00', '&', '=', '+', '#', ';'),
})

function apply(pairs: readonly Pair[], one: Change): Pair[] {
  const at = one.at % (pairs.length + 1)
  const [before, behind] = [pairs.slice(0, at), pairs.slice(at)]
  const [here, ...after] = behind
  switch (one.kind) {
    case 'add':
      return [...before, [one.name, one.value], ...behind]
    case 'remove':
      return [...before, ...after]
    case 'repeat':
      return here === undefined ? [...before] : [...before, here, here, ...after]
    case 'rename':
      return here === undefined ? [...before] : [...before, [one.name, here[1]], ...after]
    case 'set':
      return here === undefined ? [...before] : [...before, [here[0], one.value], ...after]
  }
}

/** Callbacks of a login, broken in any place, or brought by another user or to another route: they end the login as its user was sent back, once, or not at all. */
export function createCallbackFuzz() {
  const tally: Record<string, number> = {}
  const property = fc.asyncProperty(
    fc.array(change, { maxLength: 3 }),
    fc.array(spot, { maxLength: 1 }),
    fc.constantFrom('user-1', 'user-1', 'user-1', 'user-2'),
    fc.constantFrom('broker', 'broker', 'broker', 'other-broker'),
    async (changes, spots, userId, provider) => {
      const { connections, institution, events } = createHost()
      const begun = (await connections.beginOAuth({ userId: 'user-1', provider: 'broker' })).unwrap()
      const sent = institution.consent(begun.authorizationUrl, 'ada')
      const changed = new URLSearchParams(changes.reduce<Pair[]>(apply, [...sent])).toString()
      const query = spots.reduce((text, { at, removed, text: inserted }) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + inserted + text.slice(place + removed)
      }, changed)
      const callback = new URLSearchParams(query)
      const finished = await connections.finishOAuth({ userId, provider, callback })

      const outcome = finished.isOk() ? 'connected' : finished.error.code
      tally[outcome] = (tally[outcome] ?? 0) + 1
      const isOnce = (parameter: string) =>
        callback.getAll(parameter).length === 1 && callback.get(parameter) === sent.get(parameter)
      const isOwn = callback.getAll('iss').length === 0 || callback.getAll('iss').join() === HOST
      const isRight = userId === 'user-1' && provider === 'broker' && isOnce('state') && isOnce('code') && isOwn
      if (finished.isOk() !== (isRight && !callback.has('error')))
        throw new Error(`It is ${outcome}: ${JSON.stringify(query)} for ${userId} at ${provider}`)

      const heard = inspect([finished.isErr() ? finished.error : null, events], { depth: 9, showHidden: true })
      for (const secret of [sent.get('code'), sent.get('state')])
        if (heard.includes(secret ?? '')) throw new Error('It shows a secret of the callback.')

      const again = await connections.finishOAuth({ userId: 'user-1', provider: 'broker', callback: sent })
      const isTaken = userId === 'user-1' && isOnce('state')
      if (again.isOk() === isTaken) throw new Error(`After ${outcome}, the callback itself is ${again.isOk()}.`)
    },
  )
  return { property, tally }
}
