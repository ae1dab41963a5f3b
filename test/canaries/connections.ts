import {
  createFinport,
  createMemoryCredentialRepository,
  createMemoryRepositories,
  createRegistry,
  type FinportError,
  markSandboxFetch,
  type Result,
} from '@finport/core'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox, schwabFaultKinds } from '@finport/provider-schwab/sandbox'
import { createVault, generateKey, parseKeyring } from '@finport/vault'
import { hearBatch } from './files.ts'
import type { CanarySearch } from './search.ts'

const userId = 'user-1'
const tokenFields = ['access_token', 'refresh_token', 'id_token', 'accountNumber', 'account_number']
const formFields = ['code', 'code_verifier', 'refresh_token', 'token', 'client_secret']

/** Learns every secret that goes by: in what is sent and in what comes back. */
export async function learnFrom(search: CanarySearch, request: Request, response: Response): Promise<void> {
  const authorization = request.headers.get('authorization')
  search.learn('header', authorization?.replace(/^\w+ /, ''))
  for (const name of ['apca-api-key-id', 'apca-api-secret-key']) search.learn('header', request.headers.get(name))
  const form = new URLSearchParams(request.method === 'POST' ? await request.text() : '')
  for (const name of formFields) search.learn(`sent ${name}`, form.get(name))
  const text = await response.text()
  for (const name of tokenFields)
    for (const [, value] of text.matchAll(new RegExp(`"${name}"\\s*:\\s*"([^"]+)"`, 'g')))
      search.learn(`received ${name}`, value)
}

/** Users who connect to Schwab and Alpaca, use it, fail in many ways, and disconnect. */
export async function connectMarkedUsers(search: CanarySearch): Promise<void> {
  const clientSecret = search.plant('client secret')
  const schwabSandbox = createSchwabSandbox({
    clientId: search.plant('client id', ['data']),
    clientSecret,
    requestsPerMinute: null,
  })
  const { now } = schwabSandbox
  const alpacaSandbox = createAlpacaSandbox({ now, requestsPerMinute: null })
  search.learn('account number', alpacaSandbox.accountNumber)
  const fetch = markSandboxFetch(async (request: Request) => {
    const { host } = new URL(request.url)
    const sent = request.clone()
    const response = await (host.includes('alpaca') ? alpacaSandbox : schwabSandbox).fetch(request)
    await learnFrom(search, sent, response.clone())
    return response
  })
  const logger = search.logger('registry')
  const providers = createRegistry({ fetch, now, sleep: async () => {}, logger })
    .register(schwab, schwabSandbox.settings)
    .register(alpaca)
  const key = generateKey()
  search.learn('key of a keyring', key.slice('k1:'.length))
  const events = (event: unknown) => search.hear('event', 'finport', event)
  const credentials = createMemoryCredentialRepository({ now })
  const repositories = createMemoryRepositories({ now })
  const vault = createVault({ keyring: parseKeyring(key).unwrap(), credentials, now, events })
  const finport = createFinport({ providers, vault, repositories, events, runtime: { now, logger } })
  const { connections } = finport
  for (const [what, shown] of Object.entries({ finport, connections, providers, repositories, credentials, vault }))
    search.hear('shown form', what, shown)

  const tell = <T>(what: string, result: Result<T, FinportError>): T | null => {
    search.hear(result.isOk() ? 'report' : 'error', what, result.isOk() ? result.value : result.error)
    return result.isOk() ? result.value : null
  }
  const login = async (what: string, change: (callback: URLSearchParams) => URLSearchParams = (same) => same) => {
    const request = {
      userId,
      provider: 'schwab',
      alias: what,
      browserBinding: search.plant('cookie of a browser'),
    } as const
    const begun = (await connections.beginOAuth(request)).unwrap()
    const { searchParams } = new URL(begun.authorizationUrl)
    search.learn('state', searchParams.get('state'))
    search.hear('stored', 'the pending login', await repositories.connections.find(userId, begun.connectionId))
    const callback = await schwabSandbox.approve(begun.authorizationUrl)
    search.learn('code', callback.get('code'))
    const { browserBinding } = request
    return tell(
      what,
      await connections.finishOAuth({ userId, provider: 'schwab', callback: change(callback), browserBinding }),
    )
  }
  const withValue = (name: string, value: string) => (callback: URLSearchParams) => {
    const changed = new URLSearchParams(callback)
    changed.set(name, value)
    return changed
  }
  const use = async (what: string, connectionId: string) => {
    const connected = tell(`open ${what}`, await connections.open({ userId, connectionId }))
    if (connected === null) return
    search.hear('shown form', `the open ${what}`, connected)
    const accounts = await connected.fetchAccounts()
    hearBatch(search, `fetchAccounts of ${what}`, accounts)
    for (const { providerAccountId } of accounts.isOk() ? accounts.value.items : []) {
      hearBatch(search, `fetchTransactions of ${what}`, await connected.fetchTransactions(providerAccountId))
      hearBatch(search, `fetchHoldings of ${what}`, await connected.fetchHoldings(providerAccountId))
    }
    hearBatch(
      search,
      `fetchTransactions of no account of ${what}`,
      await connected.fetchTransactions(search.plantDigits('account number', 10)),
    )
  }

  await login('a wrong state', withValue('state', search.plant('state')))
  await login('a wrong code', withValue('code', search.plant('code')))
  await login('a foreign server', withValue('iss', 'https://evil.example'))
  await login('an error', withValue('error', search.plant('words of an error')))
  const first = await login('first')
  if (first === null) throw new Error('The login must succeed, or nothing is looked at.')
  tell(
    'a second connection to the same accounts',
    await connections.beginOAuth({ userId, provider: 'schwab', alias: 'first' }),
  )
  await use('schwab', first.id)
  for (const kind of schwabFaultKinds) {
    schwabSandbox.fail({ kind })
    await use(`schwab, ${kind}`, first.id)
  }
  schwabSandbox.endAccessTokens()
  await use('schwab, its tokens ended', first.id)
  schwabSandbox.advance(31 * 60_000)
  tell('refresh', await connections.refresh({ userId, connectionId: first.id }))
  schwabSandbox.advance(8 * 86_400_000)
  await use('schwab, after its seven days', first.id)

  const input = alpacaSandbox.credentials
  search.learn('api key', input.apiKey)
  search.learn('api secret', input.apiSecret)
  for (const wrong of [
    { ...input, apiSecret: search.plant('api secret') },
    { apiKey: search.plant('api key') },
    search.plant('api key'),
  ])
    tell(
      'connect with a wrong key',
      await connections.connect({ userId, provider: 'alpaca', alias: 'wrong', input: wrong }),
    )
  const keyed = tell('connect', await connections.connect({ userId, provider: 'alpaca', input }))
  if (keyed === null) throw new Error('The key must be good, or nothing is looked at.')
  await use('alpaca', keyed.id)
  tell('another user', await connections.get({ userId: 'user-2', connectionId: keyed.id }))
  search.hear('report', 'list', (await connections.list({ userId })).unwrap())
  for (const { id } of (await connections.list({ userId })).unwrap()) {
    search.hear('stored', 'a connection', (await repositories.connections.find(userId, id)).unwrap())
    const record = (await credentials.find(id)).unwrap()
    search.hear('stored', 'a credential record', record)
    search.hear('stored', 'sealed credentials', record?.credentials?.encryptedData ?? '')
    tell('disconnect', await connections.disconnect({ userId, connectionId: id }))
  }
  tell('sweep', await connections.sweep())
}
