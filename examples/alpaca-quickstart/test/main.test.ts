import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')

test('shows the made-up account when no keys are set', async () => {
  const { APCA_API_KEY_ID: _key, APCA_API_SECRET_KEY: _secret, FORCE_COLOR: _color, ...env } = process.env
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main], { env })
  expect(stderr).toBe('')
  await expect(stdout).toMatchFileSnapshot('./golden/sandbox.txt')
})
