import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')

// A process of its own, which takes its time on a busy machine.
const timeout = 30_000

test('connects, syncs, refreshes and imports, and prints the same wherever it runs', { timeout }, async () => {
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main], { env })
  expect(stderr).toBe('')
  const printed = stdout.replace(/^Stored in .*$/m, 'Stored in <a new file>')
  await expect(printed).toMatchFileSnapshot('./golden/demo.txt')
})
