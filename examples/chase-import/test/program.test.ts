import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, test } from 'vitest'
import { parseLines, run, start } from './run.ts'
import { statement } from './statement.ts'

const userFolder = mkdtempSync(join(tmpdir(), 'chase-import-'))
afterAll(() => rmSync(userFolder, { recursive: true }))

const good = { date: '20260820', amount: '-12.30', name: 'GREENLEAF MARKET 114' }
const bad = { date: '20260230', amount: '1.00', name: 'A DAY THAT IS NONE' }
const files = {
  'good.qfx': statement([good]),
  'rejected.qfx': statement([good, ...Array.from({ length: 25 }, () => bad)]),
  'page.qfx': '<!DOCTYPE html><html><body>Please log in</body></html>',
  'nameless.csv':
    'Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\nDEBIT,08/20/2026,GREENLEAF,-1.00,ACH_DEBIT,9.00,,\n',
  'nothing.qfx': '\nOFXHEADER:100\n<OFX>\n</OFX>\n',
  'long.qfx': statement(Array.from({ length: 5_000 }, () => good)),
}
for (const [name, content] of Object.entries(files)) writeFileSync(join(userFolder, name), content)
mkdirSync(join(userFolder, 'folder'))

describe.concurrent('the program', () => {
  test('lists the rows that were rejected, and ends with 2', async ({ expect }) => {
    const { exitCode, stdout, stderr } = await run(['rejected.qfx'], { userFolder })
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' })
    const rejected = stdout.slice(stdout.indexOf('Rejected')).split('\n')
    expect(rejected.slice(0, 2)).toEqual([
      'Rejected (25)',
      expect.stringMatching(/^STMTTRN\[2\] at byte \d+: DTPOSTED is a day that does not exist\.$/),
    ])
    expect(rejected.slice(20)).toEqual([expect.stringMatching(/^STMTTRN\[21\]/), 'and 5 more', ''])
  })

  test('reads the files that can be read, tells why the others can not, and ends with the worst', async ({
    expect,
  }) => {
    const args = ['missing.qfx', 'rejected.qfx', 'folder', 'page.qfx', 'nothing.qfx', 'good.qfx']
    const [shown, json] = await Promise.all([run(args, { userFolder }), run(['--json', ...args], { userFolder })])
    expect(shown.exitCode).toBe(1)
    expect(shown.stdout).toMatch(/^rejected\.qfx\nQFX 1\.0\.2, 2026-08-01 to 2026-08-20$/m)
    expect(shown.stdout).toMatch(/^good\.qfx$/m)
    await expect(shown.stderr).toMatchFileSnapshot('./golden/unreadable.txt')

    expect(json).toMatchObject({ exitCode: 1, stderr: shown.stderr })
    const lines = parseLines(json.stdout).map(({ kind, file }) => `${kind} in ${file}`)
    expect(lines.filter((line) => !line.startsWith('rejected'))).toEqual([
      'transaction in rejected.qfx',
      'account in rejected.qfx',
      'transaction in good.qfx',
      'account in good.qfx',
    ])
    expect(lines).toHaveLength(4 + 25)
  })

  test('says how it is used when no file is named where one is needed', async ({ expect }) => {
    expect(await run(['--files'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'No file is named.\nUsage: npx -y pnpm@12.21.0 demo:file [--json] [--account <id>] <file>…\n',
    })
  })

  test('says how to name the account of a file that does not', async ({ expect }) => {
    const { exitCode, stderr } = await run(['--files', 'nameless.csv'], { userFolder })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('--account deposit-1234')
  })

  test('ends quietly when its reader has seen enough', async ({ expect }) => {
    const child = start(['--json', 'long.qfx'], { userFolder })
    const stderr = text(child.stderr)
    child.stdout.once('data', () => child.stdout.destroy())
    const [exitCode] = await once(child, 'exit')
    expect({ exitCode, stderr: await stderr }).toEqual({ exitCode: 0, stderr: '' })
  })
})
