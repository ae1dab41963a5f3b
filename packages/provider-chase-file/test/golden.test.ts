import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { readEverything, streamOf } from './read-everything.ts'

const folder = join(import.meta.dirname, 'fixtures/ofx')
const fixtures = readdirSync(folder).filter((name) => !/\.(?:golden\.json|md)$/.test(name))
const contentOf = (name: string) => new Uint8Array(readFileSync(join(folder, name)))

/** Everything a file gives, or the error it ends in, as the text of a golden file. */
async function printEverything(
  content: Parameters<typeof readEverything>[0],
  options?: Parameters<typeof readEverything>[1],
): Promise<string> {
  const read = await readEverything(content, options)
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

describe.each(fixtures)('%s', (name) => {
  test('gives what its golden file says', async () => {
    await expect(await printEverything(contentOf(name))).toMatchFileSnapshot(join(folder, `${name}.golden.json`))
  })

  test('gives the same as a stream of single bytes', async () => {
    const content = contentOf(name)
    const stream = streamOf(...Array.from(content, (byte) => Uint8Array.of(byte)))
    expect(await printEverything(stream)).toBe(await printEverything(content))
  })

  test('gives the same without raw data, but for it', async () => {
    const content = contentOf(name)
    const withIt: Json = JSON.parse(await printEverything(content))
    const withoutIt: Json = JSON.parse(await printEverything(content, { includeRawData: false }))
    expect(withoutIt).toEqual(withoutRawData(withIt))
  })

  test('shows no account number', async () => {
    const content = contentOf(name)
    const text = new TextDecoder().decode(content)
    const numbers = [...text.matchAll(/<ACCTID>(?:<!\[CDATA\[)?([\w-]{5,})/g)].map(([, number = '']) => number)
    const printed = await printEverything(content)
    for (const number of numbers) expect(printed).not.toContain(number.replace('-', '').slice(-5))
  })
})

test('every fixture is explained', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(fixtures.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})
