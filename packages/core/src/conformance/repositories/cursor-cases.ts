import assert from 'node:assert/strict'
import type { SyncCursor } from '../../ports/cursor-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { settle, succeed } from '../settled.ts'
import { cursorOf, day, TEXTS } from './rows.ts'
import { assertRow, race, type StoreCases } from './store.ts'

const find = ({ cursors }: Repositories, stream = 'stream-1', connectionId = 'connection-1') =>
  succeed('cursors.find', () => cursors.find(connectionId, stream))
const save = ({ cursors }: Repositories, cursor: SyncCursor) =>
  succeed('cursors.save', () => cursors.save(cursor, cursor.version - 1))

/** What `cursors` must do. */
export const cursorCases: StoreCases = {
  async 'cursors: gives back every field as it was saved, through every handle'({ first, second }) {
    assert.equal(await find(first), null)
    const cursors = [
      cursorOf(1, { covered: { from: day('2025-12-31'), to: day('2026-01-31') } }),
      ...TEXTS.map((cursor, index) => cursorOf(1, { stream: `${index}/${cursor.slice(0, 200)}`, cursor })),
    ]
    for (const cursor of cursors) await save(first, cursor)
    for (const cursor of cursors) assertRow(await find(second, cursor.stream), cursor, 'A cursor')
  },

  async 'cursors: tells streams and connections apart'({ first }) {
    const cursors = [
      cursorOf(1, { connectionId: 'a', stream: 'bc', cursor: '1' }),
      cursorOf(1, { connectionId: 'ab', stream: 'c', cursor: '2' }),
      cursorOf(1, { connectionId: 'ab', stream: 'C', cursor: '3' }),
    ]
    for (const cursor of cursors) await save(first, cursor)
    for (const cursor of cursors) assertRow(await find(first, cursor.stream, cursor.connectionId), cursor, 'A cursor')
    assert.equal(await find(first, 'bc', 'ab'), null)
  },

  async 'cursors: writes over the version that is expected and over no other'({ first, second }) {
    const refuse = async (cursor: SyncCursor, expected: number) => {
      const saved = await settle('cursors.save', () => second.cursors.save(cursor, expected))
      assert.equal(saved.isErr() ? saved.error.code : 'no error', 'STORAGE_CONFLICT')
    }
    await refuse(cursorOf(2), 1)
    assert.equal(await find(first), null)
    await save(first, cursorOf(1, { cursor: 'a' }))
    await save(second, cursorOf(2, { cursor: 'b' }))
    for (const expected of [0, 1, 3]) await refuse(cursorOf(4, { cursor: 'c' }), expected)
    assertRow(await find(first), cursorOf(2, { cursor: 'b' }), 'The cursor')
  },

  async 'cursors: lets one of many writers of the same version win, from the first on'(store) {
    for (let version = 1; version <= 10; version++) {
      const saved = await race(store, ({ cursors }, index) =>
        settle('cursors.save', () => cursors.save(cursorOf(version, { cursor: `${index}` }), version - 1)),
      )
      for (const result of saved) if (result.isErr()) assert.equal(result.error.code, 'STORAGE_CONFLICT')
      const winners = saved.flatMap((result, index) => (result.isOk() ? [index] : []))
      assert.equal(winners.length, 1, `Of many writers at a time one must win, not ${winners.length}.`)
      assertRow(await find(store.second), cursorOf(version, { cursor: `${winners[0]}` }), 'The cursor')
    }
  },
}
