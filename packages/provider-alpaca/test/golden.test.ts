import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { accountId, type Contents, connect, fakeFetch } from './fake-alpaca.ts'

const folder = join(import.meta.dirname, 'fixtures')
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !name.endsWith('.golden.json'))
  .sort()
const contentsOf = (name: string): Contents => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Contents

/** Everything the provider makes of an account, as the text of a golden file. */
async function printEverything(name: string, includeRawData: boolean): Promise<string> {
  const { provider, credentials } = connect(fakeFetch(contentsOf(name)), {
    environment: name.startsWith('live') ? 'live' : 'paper',
    includeRawData,
  })
  const given = {
    accounts: await provider.fetchAccounts(credentials),
    holdings: await provider.fetchHoldings(credentials, accountId),
    transactions: await provider.fetchTransactions(credentials, accountId),
  }
  const values = Object.entries(given).map(([call, result]) => [call, result.isOk() ? result.value : result.error])
  return `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`
}

describe.each(fixtures)('%s', (name) => {
  test('gives what its golden file says', async () => {
    await expect(await printEverything(name, false)).toMatchFileSnapshot(
      join(folder, name.replace('.json', '.golden.json')),
    )
  })

  test('keeps each record as it came, but for the number of the account', async () => {
    const { account, positions, activities } = contentsOf(name)
    const printed = JSON.parse(await printEverything(name, true))
    const records = ({ items, rejected }: { items: { rawData: unknown }[]; rejected: { rawData: unknown }[] }) =>
      [...items, ...rejected].map(({ rawData }) => JSON.stringify(rawData)).sort()
    expect(records(printed.transactions)).toEqual((activities ?? []).map((row) => JSON.stringify(row)).sort())
    expect(records(printed.holdings)).toEqual((positions as unknown[]).map((row) => JSON.stringify(row)).sort())
    const number = (account as { account_number: string }).account_number
    expect(JSON.stringify(printed)).not.toContain(number)
    expect(printed.accounts.items[0].rawData).toEqual({
      ...(account as object),
      account_number: `••••${number.slice(-4)}`,
    })
  })
})

test('every fixture is explained', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(fixtures.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})
