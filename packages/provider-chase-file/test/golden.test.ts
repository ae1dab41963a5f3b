import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Json } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { type ReadOptions, readEverything, streamOf } from './read-everything.ts'

const folder = join(import.meta.dirname, 'fixtures')
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /[\\/]/.test(path) && !path.endsWith('.golden.json'))
  .sort()
const contentOf = (path: string) => new Uint8Array(readFileSync(join(folder, path)))

/** A file printed again as XML says the same as the one it was made of. */
const goldenOf = (path: string) => join(folder, `${path.replace(/\.xml(?=\.ofx$)/, '')}.golden.json`)

/** Everything a file gives, or the error it ends in, as the text of a golden file. */
async function printEverything(
  path: string,
  content: Parameters<typeof readEverything>[0] = contentOf(path),
  options: ReadOptions = {},
): Promise<string> {
  const read = await readEverything(content, { fileName: basename(path), ...options })
  const text = JSON.stringify(read.isOk() ? read.value : { error: read.error }, null, 2)
  // Lists of texts on one line, which is how the formatter wants them.
  const lists = /\[\n\s*("[^"\n]*"(?:,\n\s*"[^"\n]*")*)\n\s*\]/g
  return `${text.replace(lists, (_, texts: string) => `[${texts.replace(/\n\s*/g, ' ')}]`)}\n`
}

function withoutRawData(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutRawData)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'rawData' ? null : withoutRawData(inner)]),
  )
}

describe.each(fixtures)('%s', (path) => {
  test('gives what its golden file says', async () => {
    await expect(await printEverything(path)).toMatchFileSnapshot(goldenOf(path))
  })

  test('gives the same as a stream of single bytes', async () => {
    const stream = streamOf(...Array.from(contentOf(path), (byte) => Uint8Array.of(byte)))
    expect(await printEverything(path, stream)).toBe(await printEverything(path))
  })

  test('gives the same without raw data, but for it', async () => {
    const withIt: Json = JSON.parse(await printEverything(path))
    const withoutIt: Json = JSON.parse(await printEverything(path, contentOf(path), { includeRawData: false }))
    expect(withoutIt).toEqual(withoutRawData(withIt))
  })

  test('shows no account number', async () => {
    const text = new TextDecoder().decode(contentOf(path))
    const numbers = [...text.matchAll(/<ACCTID>(?:<!\[CDATA\[)?([\w-]{5,})/g)].map(([, number = '']) => number)
    const printed = await printEverything(path)
    for (const number of numbers) expect(printed).not.toContain(number.replace('-', '').slice(-5))
  })
})

test('every fixture is explained', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(fixtures.filter((path) => !readme.includes(`\`${basename(path)}\``))).toEqual([])
})
