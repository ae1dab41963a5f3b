import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@finport/core'
import { describe, expect, test } from 'vitest'
import { root } from '../scripts/workspace.ts'
import { exportedUnions } from './structure/unions.ts'

const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')

/** What the page says of each code: all that stands below its heading. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => section.split(/^##? /m)[0] ?? '')
    .map((section): [string, string] => [section.split('\n')[0] ?? '', section]),
)

const { types, codes } = exportedUnions('packages/core/src/index.ts')
const errors = [...codes].flatMap(([name, words]) => words.map((code) => ({ name, code })))

type AnyError = new (...parameters: unknown[]) => core.FinportError

/** An error of a class, whatever it takes: classes of many codes take the code first, the others what happened where. */
function example(name: string, code: string): core.FinportError {
  const Class = (core as unknown as Record<string, AnyError>)[name]
  if (Class === undefined) throw new Error(`@finport/core has no ${name}`)
  if ((codes.get(name) ?? []).length > 1) return new Class(code)
  const context = { provider: 'acme', operation: 'fetchAccounts', issues: [], missing: [], invalid: [] }
  return name === 'UnknownProviderError' ? new Class([]) : new Class(context)
}

describe('docs/errors.md', () => {
  test('there are errors to describe', () => {
    expect(errors.length).toBeGreaterThan(30)
    expect(errors).toContainEqual({ name: 'ProviderRateLimitError', code: 'PROVIDER_RATE_LIMITED' })
    expect(errors).toContainEqual({ name: 'ConnectionError', code: 'SYNC_IN_PROGRESS' })
  })

  test('says of every code what happened and what to do, and of none that there is not', () => {
    expect([...sections.keys()].sort()).toEqual(errors.map(({ code }) => code).sort())
    for (const [code, text] of sections)
      expect(text.trim().split('\n\n').length, `${code} has no text`).toBeGreaterThan(2)
  })

  test.for(errors)('says of $code what the error itself says', ({ name, code }) => {
    const { retryable, userAction } = example(name, code)
    expect(sections.get(code)).toContain(`\`${name}\` · \`retryable: ${retryable}\` · \`userAction: ${userAction}\``)
  })

  test.for([
    ['REAUTHENTICATION_REQUIRED', 'ReauthenticationReason'],
    ['ENCRYPTION_KEY_INVALID', 'KeyProblem'],
    ['DECRYPTION_FAILED', 'DecryptionProblem'],
  ] as const)('explains every reason of %s', ([code, type]) => {
    const listed = [...(sections.get(code)?.matchAll(/^\| `(\w+)` \|/gm) ?? [])].map(([, reason]) => reason)
    expect(listed.sort()).toEqual(types.get(type)?.sort())
  })

  test('explains every action and every warning', () => {
    const wanted = [...(types.get('UserAction') ?? []), ...core.warningCodes]
    expect(wanted.length).toBeGreaterThan(8)
    for (const word of wanted) expect(page).toMatch(new RegExp(`^\\| \`${word}\` \\|`, 'm'))
  })
})
