import { join } from 'node:path'
import { inspect } from 'node:util'
import type { IsoDate, Json, ProviderError, Result } from '@finport/core'
import { describe, expect, test } from 'vitest'
import { accessToken, createFixtureProvider, everything, hashes, settings } from './fixture-fetch.ts'

const startDate = '2026-01-01' as IsoDate

type Given = ReturnType<typeof createFixtureProvider>

const calls: Readonly<Record<string, (given: Given) => Promise<Result<Json, ProviderError>>>> = {
  accounts: ({ provider, credentials }) => provider.fetchAccounts(credentials),
  'positions-margin': ({ provider, credentials }) => provider.fetchHoldings(credentials, hashes.margin),
  'positions-cash': ({ provider, credentials }) => provider.fetchHoldings(credentials, hashes.cash),
  transactions: ({ provider, credentials }) => provider.fetchTransactions(credentials, hashes.margin, { startDate }),
}

/** As the formatter wants it: lists of texts on one line. */
function print(value: Json): string {
  const lists = /\[\n\s*("[^"\n]*"(?:,\n\s*"[^"\n]*")*)\n\s*\]/g
  const text = JSON.stringify(value, null, 2)
  return `${text.replace(lists, (_, texts: string) => `[${texts.replace(/\n\s*/g, ' ')}]`)}\n`
}

function withoutRawData(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutRawData)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'rawData' ? null : withoutRawData(inner)]),
  )
}

describe.each(Object.entries(calls))('%s', (name, call) => {
  test('gives what its golden file says', async () => {
    const given = (await call(createFixtureProvider(everything))).unwrap()
    const path = join(import.meta.dirname, `fixtures/${name}.golden.json`)
    await expect(print(withoutRawData(given))).toMatchFileSnapshot(path)
  })

  test('keeps the records as they came, and leaves them out when told', async () => {
    const kept = (await call(createFixtureProvider(everything))).unwrap()
    const { items, rejected } = kept as { items: { rawData: Json }[]; rejected: { rawData: Json }[] }
    expect([...items, ...rejected].every(({ rawData }) => rawData !== null)).toBe(true)
    const without = (await call(createFixtureProvider(everything, { includeRawData: false }))).unwrap()
    expect(without).toEqual(withoutRawData(kept))
  })

  test('shows no account number and no secret', async () => {
    const given = await call(createFixtureProvider(everything))
    const printed = `${inspect(given, { depth: 20 })} ${JSON.stringify(given.unwrap())}`
    for (const secret of [
      '10012345',
      '20023456',
      '30034567',
      '40045678',
      '50056789',
      '60067890',
      accessToken,
      settings.clientSecret,
    ])
      expect(printed).not.toContain(secret)
  })
})
