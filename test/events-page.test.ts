import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEventEmitter, type EventType, type FinportEvent } from '@finport/core'
import { expect, test } from 'vitest'
import { root } from '../scripts/workspace.ts'
import { exportedUnions } from './structure/unions.ts'

const page = readFileSync(join(root, 'docs/events.md'), 'utf8')
const types = exportedUnions('packages/core/src/index.ts').types.get('EventType') ?? []

/** What an audit log calls an event. */
function actionOf(type: string): string {
  const told: FinportEvent[] = []
  const emit = createEventEmitter((event) => void told.push(event), {
    now: () => 0,
    random: (bytes: number) => new Uint8Array(bytes),
  })
  emit(type as EventType, { userId: 'user-1', connectionId: null, provider: 'acme' } as never)
  return told[0]?.action ?? ''
}

test('docs/events.md names every event and its action, and none that there is not', () => {
  expect(types.length).toBeGreaterThan(5)
  const rows = [...page.matchAll(/^\| `(\w+)` \| `(\w+)` \| \S/gm)].map(([, type, action]) => `${type} ${action}`)
  expect(rows.sort()).toEqual(types.map((type) => `${type} ${actionOf(type)}`).sort())
})
