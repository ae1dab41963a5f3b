import { readFileSync } from 'node:fs'
import { createProvider, type FetchFunction, type RuntimeOptions } from '@finport/core'
import { schwab } from '../src/index.ts'

/** A file of fixtures as Schwab would send it: in a fund, `assetType` stands twice, which no formatter lets stand in a file. */
export function fixtureText(name: string): string {
  const fund = '"type": "EXCHANGE_TRADED_FUND"'
  const text = readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
  return text.replaceAll(fund, `${fund}, "assetType": "COLLECTIVE_INVESTMENT"`)
}

export const settings = {
  clientId: 'app-key-of-the-tests',
  clientSecret: 'app-secret-of-the-tests',
  redirectUri: 'https://127.0.0.1:8182/callback',
}

/** Marked, so that it is found wherever it shows. */
export const accessToken = 'I0.access-token-of-the-tests@'

/** The day after the last of the fixtures. */
export const now = () => Date.parse('2026-12-02T12:00:00Z')

type Answer = string | Response | ((request: Request) => Response | Promise<Response>)

/** Answers by path, without `/trader/v1/`: texts as JSON. `asked` is what was asked for. */
export function createFixtureFetch(answers: Readonly<Record<string, Answer>>) {
  const asked: Request[] = []
  const fetch: FetchFunction = async (request) => {
    asked.push(request.clone())
    const path = new URL(request.url).pathname.replace('/trader/v1/', '')
    const answer = answers[path]
    if (answer === undefined)
      return Response.json({ errors: [{ id: 'x', status: '404', title: 'Not Found' }] }, { status: 404 })
    if (typeof answer === 'function') return answer(request)
    return typeof answer === 'string'
      ? new Response(answer, { headers: { 'content-type': 'application/json' } })
      : answer.clone()
  }
  return { fetch, asked }
}

/** The provider with these answers, and the credentials of its user. */
export function createFixtureProvider(
  answers: Readonly<Record<string, Answer>>,
  { includeRawData = true, ...runtime }: RuntimeOptions & { includeRawData?: boolean } = {},
) {
  const { fetch, asked } = createFixtureFetch(answers)
  // The clock stands still, and a limit would wait for it.
  const options = { fetch, now, sleep: async () => {}, rateLimiter: { take: async () => 0 }, ...runtime }
  const provider = createProvider(schwab, { ...settings, includeRawData }, options).unwrap()
  const credentials = provider.parseCredentials({ accessToken }).unwrap()
  return { provider, credentials, asked }
}

export const hashes = {
  cash: 'A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90',
  margin: 'B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1',
}

/** Rows whose time is between the asked moments, as Schwab picks them. */
function answerTransactions(text: string): Answer {
  const rows: string[] = text.slice(text.indexOf('[') + 1, text.lastIndexOf(']')).split(/,(?=\n {2}\{)/)
  return (request) => {
    const { searchParams } = new URL(request.url)
    const [from, to] = [searchParams.get('startDate') ?? '', searchParams.get('endDate') ?? '']
    const found = rows.filter((row) => {
      const time = /"time": "([^"]+)"/.exec(row)?.[1]
      return time === undefined || (Date.parse(time) >= Date.parse(from) && Date.parse(time) <= Date.parse(to))
    })
    return new Response(`[${found.join(',')}]`, { headers: { 'content-type': 'application/json' } })
  }
}

/** Everything that the fixtures answer. */
export const everything: Readonly<Record<string, Answer>> = {
  'accounts/accountNumbers': fixtureText('account-numbers.json'),
  accounts: fixtureText('accounts.json'),
  userPreference: fixtureText('user-preference.json'),
  [`accounts/${hashes.margin}`]: fixtureText('positions-margin.json'),
  [`accounts/${hashes.cash}`]: fixtureText('positions-cash.json'),
  [`accounts/${hashes.margin}/transactions`]: answerTransactions(fixtureText('transactions.json')),
}
