/** What an application does with the packages as they are published. `check-packages.ts` compiles it against the tarballs and runs it. */
import { strict as assert } from 'node:assert'
import {
  type ApiKeyCredentials,
  createProvider,
  createRegistry,
  Decimal,
  defineProvider,
  isFileProvider,
  Ok,
  type ProviderError,
  type ProviderMetadata,
  parseCredentials,
} from '@finport/core'
import { providerConformance } from '@finport/core/conformance'
import { createHttpClient } from '@finport/core/http'
import { accountBatchSchema, type DataSchema, metadataSchema } from '@finport/core/schemas'
import { alpaca } from '@finport/provider-alpaca'
import { createAlpacaSandbox } from '@finport/provider-alpaca/sandbox'
import { serveAlpacaSandbox } from '@finport/provider-alpaca/sandbox/server'
import { chaseFile } from '@finport/provider-chase-file'
import { schwab } from '@finport/provider-schwab'
import { createSchwabSandbox } from '@finport/provider-schwab/sandbox'
import { serveSchwabSandbox } from '@finport/provider-schwab/sandbox/server'
import { createKyselyRepositories, type FinportTables, migrate, migrations } from '@finport/storage-kysely'
import type { Kysely } from 'kysely'

const statement = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260131120000[0:GMT]<LANGUAGE>ENG
<FI><ORG>B1<FID>10898</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>322271627<ACCTID>000000001234<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101120000<DTEND>20260131120000
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260115120000[0:GMT]<TRNAMT>-12.50<FITID>202601150<NAME>COFFEE</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>987.65<DTASOF>20260131120000[0:GMT]</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`

function adviceFor(error: ProviderError): string {
  switch (error.code) {
    case 'PROVIDER_AUTHENTICATION_FAILED':
      return error.isTokenExpired ? 'refresh' : 'connect again'
    case 'PROVIDER_RATE_LIMITED':
    case 'PROVIDER_UNAVAILABLE':
      return `wait ${error.retryAfterSeconds ?? 60} s`
    case 'PROVIDER_INVALID_INPUT':
      return error.issues.map(({ path, reason }) => `${path}: ${reason}`).join(' ')
    case 'PROVIDER_CONFIGURATION_REJECTED':
    case 'PROVIDER_PERMISSION_DENIED':
    case 'PROVIDER_INVALID_RESPONSE':
    case 'PROVIDER_ABORTED':
      return error.message
    default:
      return error satisfies never
  }
}

const settings: DataSchema<{ partnerId: string }> = {
  '~standard': {
    version: 1,
    vendor: 'consumer',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'partnerId' in value && typeof value.partnerId === 'string'
        ? { value: { partnerId: value.partnerId } }
        : { issues: [{ message: 'needed', path: ['partnerId'] }] },
  },
}

const metadata: ProviderMetadata = {
  displayName: 'Acme Bank',
  category: 'bank',
  authType: 'api_key',
  credentialType: 'api_key',
  supports: { accounts: true, transactions: true, holdings: false, balanceHistory: false },
  scopes: [],
  hosts: ['api.acme.example'],
  timeZone: 'America/New_York',
  tokenPolicy: null,
  rateLimit: null,
  sync: { maxWindowDays: null, overlapDays: 0 },
  documentationUrl: null,
  isProductionReady: false,
}

const acme = defineProvider({
  slug: 'acme',
  metadata,
  settings,
  create: (_settings, runtime) => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'acme' }),
    revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
    fetchAccounts: async ({ apiKey }: ApiKeyCredentials) => {
      const http = createHttpClient({ provider: 'acme', metadata, runtime })
      const headers = { authorization: `Bearer ${apiKey}` }
      const answer = await http.request({ operation: 'fetchAccounts', url: 'https://api.acme.example', headers })
      return answer.map(() => ({ items: [], rejected: [], warnings: [], complete: true }))
    },
    fetchTransactions: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
      Ok({ items: [], rejected: [], warnings: [], covered: null }),
    fetchHoldings: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
      Ok({ items: [], rejected: [], warnings: [], complete: true }),
  }),
})

const toFile = () => ({ fileName: 'statement.qfx', fileContent: new TextEncoder().encode(statement) })

const chase = createProvider(chaseFile).unwrap()
assert.equal(isFileProvider(chase), true)

const credentials = chase.parseCredentials(toFile()).unwrap()
const accounts = (await chase.fetchAccounts(credentials)).mapErr(adviceFor).unwrap()
assert.equal(accountBatchSchema['~standard'].vendor, 'zod')
assert.deepEqual(await accountBatchSchema['~standard'].validate(accounts), { value: accounts })

const [account] = accounts.items
assert.ok(account)
assert.equal(account.accountNumberMasked.endsWith('1234'), true)
const { items } = (await chase.fetchTransactions(credentials, account.providerAccountId)).unwrap()
const total = items.reduce((sum, { amount }) => Decimal.add(sum, amount), Decimal.parse(0).unwrap())
assert.equal(total, '-12.5')

const providers = createRegistry().register(chaseFile).register(acme, { partnerId: 'p1' })
assert.equal(providers.check().isOk(), true)
assert.equal(providers.get('acme').unwrap().slug, 'acme')
const fromRoute: string = 'nobody'
assert.equal(providers.get(fromRoute).unwrapErr().code, 'PROVIDER_UNKNOWN')
for (const { slug: _slug, ...metadata } of providers.list()) {
  assert.deepEqual(await metadataSchema['~standard'].validate(metadata), { value: metadata })
}

const key = { type: 'api_key', apiKey: 'key', apiSecret: 'secret' } as const
const answering = (status: number) => ({ fetch: async () => new Response('{}', { status }) })
assert.equal((await createProvider(acme, { partnerId: 'p1' }, answering(200)).unwrap().fetchAccounts(key)).isOk(), true)
const refused = await createProvider(acme, { partnerId: 'p1' }, answering(401)).unwrap().fetchAccounts(key)
assert.equal(refused.mapErr(adviceFor).unwrapErr(), 'connect again')

const sandbox = createAlpacaSandbox()
const server = (await serveAlpacaSandbox(sandbox)).unwrap()
const broker = createProvider(alpaca, { baseUrl: server.url }, { allowLoopback: true }).unwrap()
const paper = (await broker.fetchAccounts(broker.parseCredentials(sandbox.credentials).unwrap())).unwrap()
assert.equal(paper.items[0]?.paper, true)
await server.close()

const schwabSandbox = createSchwabSandbox()
const schwabServer = (await serveSchwabSandbox(schwabSandbox)).unwrap()
const schwabSettings = { ...schwabSandbox.settings, baseUrl: schwabServer.url }
const schwabProvider = createProvider(schwab, schwabSettings, { allowLoopback: true }).unwrap()
const callback = await schwabSandbox.approve(schwabProvider.authorizationUrl({ state: 'state' }))
const tokens = (await schwabProvider.exchangeCodeForTokens(callback.get('code') ?? '')).unwrap()
const held = (await schwabProvider.fetchAccounts(schwabProvider.credentialsFromTokens(tokens))).unwrap()
assert.equal(held.items.length, 2)
await schwabServer.close()

const cases = providerConformance({
  create: (runtime) => createProvider(chaseFile, {}, runtime),
  input: toFile,
  secrets: ['000000001234'],
})
assert.ok(cases.length > 0)
for (const { run } of cases) await run()

/** With a host's own tables beside Finport's. It is compiled, not run: a database is the host's. */
type HostTables = FinportTables & { people: { id: number } }
export async function openStorage(db: Kysely<HostTables>): Promise<string[]> {
  const { applied } = (await migrate({ db })).unwrap()
  const { transactions } = createKyselyRepositories({ db })
  const [first] = (await transactions.list({ userId: 'user-1', after: null, limit: 1 })).unwrap()
  const rows = await db.selectFrom('finport_transactions').select(['amount', 'transaction_date']).execute()
  return [...applied, ...rows.map(({ amount }) => Decimal.negate(amount)), first?.amount ?? '']
}
assert.deepEqual(Object.keys(migrations), ['0001'])
