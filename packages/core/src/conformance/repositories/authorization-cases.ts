import assert from 'node:assert/strict'
import type { AuthorizationRequest } from '../../ports/authorization-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { settle, succeed } from '../settled.ts'
import { instant, loginOf, TEXTS } from './rows.ts'
import { assertRow, race, type StoreCases } from './store.ts'

const insert = ({ authorizations }: Repositories, request: AuthorizationRequest) =>
  succeed('authorizations.insert', () => authorizations.insert(request))
const take = ({ authorizations }: Repositories, stateHash: string, userId = 'user-1') =>
  succeed('authorizations.take', () => authorizations.take(userId, stateHash))

/** What `authorizations` must do. */
export const authorizationCases: StoreCases = {
  async 'authorizations: gives a login back once, every field as it was kept'({ first, second }) {
    const logins = [
      loginOf('hash-1'),
      loginOf('hash-2', {
        sealedCodeVerifier: 'x'.repeat(4_000),
        browserBindingHash: 'YmluZGluZw',
        returnContext: TEXTS.join(''),
        expiresAt: instant('2000-01-01T00:00:00.001Z'),
      }),
    ]
    for (const login of logins) await insert(first, login)
    for (const login of logins) {
      assertRow(await take(second, login.stateHash), login, 'A login')
      assert.equal(await take(first, login.stateHash), null, 'A login is taken once.')
    }
  },

  async "authorizations: gives nobody another user's login, and leaves it there"({ first, second }) {
    await insert(first, loginOf('hash-1'))
    assert.equal(await take(first, 'hash-1', 'user-2'), null)
    assert.equal(await take(first, 'hash-2'), null)
    assertRow(await take(second, 'hash-1'), loginOf('hash-1'), "The user's own login")
  },

  async 'authorizations: refuses a second login of the same hash'({ first, second }) {
    await insert(first, loginOf('hash-1'))
    const again = await settle('authorizations.insert', () =>
      second.authorizations.insert(loginOf('hash-1', { userId: 'user-2' })),
    )
    assert.equal(again.isErr() ? again.error.code : 'no error', 'STORAGE_CONFLICT')
    assertRow(await take(first, 'hash-1'), loginOf('hash-1'), 'The first login')
  },

  async 'authorizations: deletes those that ended before a moment, and says how many'({ first, second }) {
    const remove = (moment: string) =>
      succeed('authorizations.removeExpired', () => first.authorizations.removeExpired(instant(moment)))
    const minutes = ['09', '10', '11']
    for (const minute of minutes)
      await insert(first, loginOf(minute, { expiresAt: instant(`2026-01-31T12:${minute}:00.000Z`) }))
    assert.equal(await remove('2026-01-31T12:00:00.000Z'), 0)
    assert.equal(await remove('2026-01-31T12:10:00.001Z'), 2)
    const left = await Promise.all(minutes.map((minute) => take(second, minute)))
    assert.deepEqual(
      left.map((login) => login?.stateHash ?? null),
      [null, null, '11'],
    )
  },

  async 'authorizations: leaves one that ends at the very moment'({ first }) {
    await insert(first, loginOf('hash-1'))
    const { expiresAt } = loginOf('hash-1')
    assert.equal(await succeed('authorizations.removeExpired', () => first.authorizations.removeExpired(expiresAt)), 0)
  },

  async 'authorizations: gives a login to one of many who take it, each time'(store) {
    for (let round = 0; round < 10; round++) {
      await insert(store.first, loginOf(`hash-${round}`))
      const taken = await race(store, (handle) => take(handle, `hash-${round}`))
      const winners = taken.filter((login) => login !== null)
      assert.equal(winners.length, 1, `Of many at a time one must get the login, not ${winners.length}.`)
    }
  },
}
