import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const fixtures = join(import.meta.dirname, 'fixtures')

const script = `
  import { readFileSync } from 'node:fs'
  import { accountId, connect, fakeFetch } from './fake-alpaca.ts'
  let isRefused = false
  try { new Function('') } catch { isRefused = true }
  const contents = JSON.parse(readFileSync('fixtures/bad-rows.json', 'utf8'))
  const { provider, credentials } = connect(fakeFetch(contents), { environment: 'paper', includeRawData: false })
  const batch = (await provider.fetchTransactions(credentials, accountId)).unwrap()
  console.log(JSON.stringify({ isRefused, batch }))
`

test('reads the same where code may not be made from texts, as in Cloudflare Workers', async () => {
  const flags = ['--experimental-strip-types', '--disallow-code-generation-from-strings', '--input-type=module']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--eval', script], {
    cwd: import.meta.dirname,
  })
  const { transactions } = JSON.parse(readFileSync(join(fixtures, 'bad-rows.golden.json'), 'utf8'))
  expect(transactions.rejected.length).toBeGreaterThan(0)
  expect(JSON.parse(stdout)).toEqual({ isRefused: true, batch: transactions })
})
