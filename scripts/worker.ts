/** What a browser or a worker does with core and the vault as they are published. It knows nothing of Node. */
import {
  type ApiKeyCredentials,
  createMemoryCredentialRepository,
  createProvider,
  Decimal,
  defineProvider,
  Err,
  Ok,
  type ProviderMetadata,
  parseCredentials,
} from '@finport/core'
import { createHttpClient, parseLosslessJson } from '@finport/core/http'
import { metadataSchema } from '@finport/core/schemas'
import {
  createKeyring,
  createVault,
  EncryptionService,
  generateKey,
  generateSealedBoxKeys,
  parseKeyring,
  sealedBox,
} from '@finport/vault'

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`In a worker ${what}.`)
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
  settings: {
    '~standard': { version: 1 as const, vendor: 'worker', validate: (value: unknown) => ({ value }) },
  },
  create: (_settings, runtime) => ({
    parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: 'acme' }),
    revoke: async (_credentials: ApiKeyCredentials) => Ok('unsupported' as const),
    fetchAccounts: async ({ apiKey }: ApiKeyCredentials) => {
      const http = createHttpClient({ provider: 'acme', metadata, runtime })
      const headers = { authorization: `Bearer ${apiKey}` }
      const answer = await http.request({ operation: 'fetchAccounts', url: 'https://api.acme.example', headers })
      return answer.isErr() ? Err(answer.error) : Ok({ items: [], rejected: [], warnings: [], complete: true })
    },
    fetchTransactions: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
      Ok({ items: [], rejected: [], warnings: [], covered: null }),
    fetchHoldings: async (_credentials: ApiKeyCredentials, _providerAccountId: string) =>
      Ok({ items: [], rejected: [], warnings: [], complete: true }),
  }),
})

demand(Decimal.add(Decimal.parse('0.1').unwrap(), Decimal.parse('0.2').unwrap()) === '0.3', 'money is not exact')
demand(JSON.stringify(parseLosslessJson('[9007199254740993]')) === '["9007199254740993"]', 'digits are lost')
const described = await metadataSchema['~standard'].validate(metadata)
demand(described.issues === undefined, 'metadata are not valid')

const fetch = async (request: Request) =>
  new Response('{}', { status: request.headers.get('authorization') === 'Bearer key' ? 200 : 401 })
const provider = createProvider(acme, {}, { fetch }).unwrap()

const keyring = parseKeyring(generateKey()).unwrap()
const vault = createVault({ keyring, credentials: createMemoryCredentialRepository() })
const ref = { userId: 'user', connectionId: 'connection', provider: 'acme' }
const key = { type: 'api_key', apiKey: 'key', apiSecret: 'secret' } as const
;(await vault.put(ref, key)).unwrap()
const accounts = await vault.use(ref, provider, (credentials) => provider.fetchAccounts(credentials))
demand(accounts.isOk(), 'the vault does not open what it sealed')

const keys = generateSealedBoxKeys()
const message = sealedBox({ publicKey: keys.publicKey }).unwrap().seal(new TextEncoder().encode('hello')).unwrap()
const opened = sealedBox(keys).unwrap().open(message).unwrap()
demand(new TextDecoder().decode(opened) === 'hello', 'a sealed box does not open')
demand(
  createKeyring([{ id: 'box', sealedBox: sealedBox(keys).unwrap() }]).isOk(),
  'there is no keyring of a sealed box',
)

const service = EncryptionService.create(new Uint8Array(32).fill(7)).unwrap()
const bytes = service.encrypt({ note: 'hello' }).unwrap()
demand(service.decrypt(bytes).unwrap().note === 'hello', 'a record does not come back')
