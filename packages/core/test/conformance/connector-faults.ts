import { Err, maskCredentials, type OAuth2Credentials, type OAuthTokens, Ok } from '../../src/index.ts'
import { type CaseName, caseNames } from './case-names.ts'
import {
  changed,
  type Fault,
  type FaultsOf,
  metadata,
  NotPlain,
  refusal,
  reject,
  spoiled,
  unavailable,
} from './spoil.ts'

const { keyBank, oauthBank, fileBank, taskList } = spoiled

/** A task list whose `revoke` gives this. */
const revoking = (revoke: () => unknown) => taskList(() => ({ revoke }))
const failingWith = (fields: object) => revoking(async () => Err(Object.assign(unavailable(), fields)))

const badInputs: [string, (input: unknown) => boolean][] = [
  ['undefined', (input) => input === undefined],
  ['null', (input) => input === null],
  ['a number', (input) => typeof input === 'number'],
  ['an empty text', (input) => input === ''],
  ['a text', (input) => typeof input === 'string' && input !== ''],
  ['a boolean', (input) => typeof input === 'boolean'],
  ['an array', (input) => Array.isArray(input)],
  ['an empty object', (input) => JSON.stringify(input) === '{}'],
  ['another type', (input) => JSON.stringify(input)?.startsWith('{"type"')],
  ['a function', (input) => typeof input === 'function'],
  ['a symbol', (input) => typeof input === 'symbol'],
]

const privateKey = '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n'
const password = `it's "a\\canary"`

export const connectorFaults: FaultsOf<CaseName<'connector' | 'oauth'>> = {
  'names itself: protocol, slug and metadata': [
    ['another protocol', taskList(() => ({ protocol: 2 })), /protocol must be 1/],
    ['a protocol as text', taskList(() => ({ protocol: '1' })), /protocol must be 1/],
    ...[undefined, '', 'Tasks', 'task list', 'task--list', '-task', 'task-', '1task', 'task_list'].map(
      (slug): Fault => [`the slug '${slug}'`, taskList(() => ({ slug })), /slug must be lower-case words/],
    ),
    ['no display name', taskList(metadata({ displayName: '' })), /metadata is not well formed.*displayName/],
    ['metadata with a key of its own', taskList(metadata({ logo: '' })), /metadata is not well formed.*logo/],
    ['a host with a scheme', taskList(metadata({ hosts: ['https://x.example'] })), /metadata.*hosts\.0/],
    ['a time zone that is none', taskList(metadata({ timeZone: 'Mars/Olympus' })), /metadata.*timeZone/],
    ['half of supports', taskList(metadata({ supports: { accounts: true } })), /metadata.*supports/],
    [
      'metadata of a class',
      taskList((list) => ({ metadata: Object.assign(new NotPlain(), list.metadata) })),
      /metadata does not survive JSON/,
    ],
    [
      'no metadata',
      taskList(() => ({ metadata: undefined })),
      /metadata is not well formed/,
      'has each capability whole or not at all',
      'parses good credentials into those its metadata names',
    ],
  ],

  'has each capability whole or not at all': [
    ['no revoke', revoking(undefined as never), /'connector' lacks revoke/, 'revokes, and twice is no error'],
    ['no fetchAccounts', keyBank(() => ({ fetchAccounts: undefined })), /'provider' lacks fetchAccounts/],
    ['one fetch', taskList(() => ({ fetchTransactions: reject })), /'provider' lacks fetchAccounts, fetchHoldings/],
    ...['authorizationUrl', 'exchangeCodeForTokens', 'refreshAccessToken', 'credentialsFromTokens'].map(
      (method): Fault => [
        `no ${method}`,
        oauthBank(() => ({ [method]: undefined })),
        new RegExp(`'oauth' lacks ${method}`),
      ],
    ),
    [
      'a snapshot without the three fetches',
      taskList(() => ({ fetchSnapshot: async function* () {} })),
      /snapshot needs the three fetches/,
      ...caseNames.snapshot,
    ],
    [
      'file_import without identify',
      taskList(metadata({ authType: 'file_import' })),
      /identify goes with the authType file_import/,
    ],
    [
      'identify without file_import',
      fileBank(metadata({ authType: 'api_key' })),
      /identify goes with the authType file_import/,
    ],
    [
      'oauth without authorizationUrl',
      taskList(metadata({ authType: 'oauth' })),
      /authorizationUrl goes with the authType oauth/,
    ],
    [
      'authorizationUrl without oauth',
      oauthBank(metadata({ authType: 'api_key' })),
      /authorizationUrl goes with the authType oauth/,
    ],
  ],

  'parses good credentials into those its metadata names': [
    ['another type in the metadata', keyBank(metadata({ credentialType: 'link_token' })), /metadata/],
    [
      'another type in the credentials',
      taskList((list) => ({
        parseCredentials: (input: unknown) => list.parseCredentials(input).map(() => ({ type: 'api_key' })),
      })),
      /metadata/,
      'takes the credentials that it gave, as a vault hands them back',
    ],
  ],

  'takes the credentials that it gave, as a vault hands them back': [
    [
      'its own are refused',
      taskList((list) => ({
        parseCredentials: (input: unknown) =>
          list.parseCredentials(input).map(({ token }) => maskCredentials({ type: 'custom', secret: token })),
      })),
      /parseCredentials refuses what parseCredentials gives/,
    ],
    [
      'others each time',
      taskList((list) => ({
        parseCredentials: (input: unknown) =>
          list.parseCredentials(input).map(({ token }) => maskCredentials({ type: 'custom', token: `${token}!` })),
      })),
      /parseCredentials makes something else of what parseCredentials gives/,
    ],
  ],

  'keeps what tokens bring, and the refresh token before where they bring none': [
    [
      'it drops the refresh token',
      oauthBank((bank) => ({ credentialsFromTokens: (tokens: OAuthTokens) => bank.credentialsFromTokens(tokens) })),
      /the last refresh token that came, after a refresh that brings none/,
    ],
    [
      'it keeps the first refresh token',
      oauthBank((bank) => ({
        credentialsFromTokens: (tokens: OAuthTokens, previous?: OAuth2Credentials) =>
          bank.credentialsFromTokens({ ...tokens, refreshToken: previous?.refreshToken ?? tokens.refreshToken }),
      })),
      /the last refresh token that came, after a refresh that brings another/,
    ],
    ...['1970-01-01T00:30:00.000Z', '2999-01-01T00:00:00.000Z'].map(
      (expiresAt): Fault => [
        `they end at ${expiresAt}`,
        oauthBank((bank) => ({
          credentialsFromTokens: (...args: Parameters<typeof bank.credentialsFromTokens>) =>
            Object.assign(bank.credentialsFromTokens(...args), { expiresAt }),
        })),
        /expiresAt of credentialsFromTokens/,
      ],
    ),
    [
      'credentials that can not be kept',
      oauthBank((bank) => ({
        credentialsFromTokens: (...args: Parameters<typeof bank.credentialsFromTokens>) =>
          Object.assign(bank.credentialsFromTokens(...args), { refreshTokenIssuedAt: 'yesterday' }),
      })),
      /parseCredentials refuses what credentialsFromTokens gives/,
    ],
  ],

  'refuses bad credentials with PROVIDER_INVALID_INPUT': [
    ...badInputs.flatMap(([what, isIt]): Fault[] => [
      [
        `it takes ${what}`,
        taskList((list) => ({
          parseCredentials: (input: unknown) => list.parseCredentials(isIt(input) ? { token: 'any' } : input),
        })),
        /Bad credentials must be PROVIDER_INVALID_INPUT/,
      ],
      [
        `it throws at ${what}`,
        taskList((list) => ({
          parseCredentials(input: unknown) {
            if (isIt(input)) throw new TypeError('canary-token')
            return list.parseCredentials(input)
          },
        })),
        /parseCredentials threw or rejected with TypeError/,
      ],
    ]),
    [
      'an error of another code',
      taskList((list) => ({
        parseCredentials: (input: unknown) => list.parseCredentials(input).mapErr(() => unavailable()),
      })),
      /Bad credentials must be PROVIDER_INVALID_INPUT/,
    ],
    [
      'null instead of an error',
      taskList((list) => ({
        parseCredentials(input: unknown) {
          const parsed = list.parseCredentials(input)
          return parsed.isOk() ? parsed : null
        },
      })),
      /parseCredentials must give a Result/,
    ],
  ],

  'revokes, and twice is no error': [
    ['it throws', revoking(() => JSON.parse('{')), /revoke threw or rejected with SyntaxError/],
    ['it rejects', revoking(reject), /revoke threw or rejected with TypeError/],
    ['nothing', revoking(async () => undefined), /revoke must give a Result/],
    ['no Result', revoking(async () => 'revoked'), /revoke must give a Result/],
    ['another outcome', revoking(async () => Ok('done')), /revoke gives 'revoked' or 'unsupported'/],
    ['no outcome', revoking(async () => Ok(undefined)), /revoke gives 'revoked' or 'unsupported'/],
    ['an error', revoking(async () => Err(unavailable())), /revoke gave PROVIDER_UNAVAILABLE/],
    [
      'an error the second time',
      taskList(() => {
        let calls = 0
        return { revoke: async () => (calls++ === 0 ? Ok('revoked') : Err(unavailable())) }
      }),
      /revoke gave PROVIDER_UNAVAILABLE/,
    ],
    ['an error of nothing', revoking(async () => Err(undefined)), /revoke gave an error/],
    ['an error of text', revoking(async () => Err('failed')), /revoke gave an error of the code/],
    ['a foreign code', failingWith({ code: 'ECONNRESET' }), /the code ECONNRESET, which is no provider error's/],
    ['the code of every object', failingWith({ code: 'toString' }), /the code toString, which is no provider error's/],
    ['no message', failingWith({ message: '' }), /revoke gave an error without a message/],
    ['no retryable', failingWith({ retryable: undefined }), /revoke gave an error without retryable or userAction/],
    ['no userAction', failingWith({ userAction: undefined }), /revoke gave an error without retryable or userAction/],
    ['a cause', failingWith({ cause: new Error('canary-token') }), /revoke gave an error with a cause/],
    [
      'a secret in the error',
      revoking(async () => Err(unavailable('The token canary-token is bad.'))),
      /revoke gave PROVIDER_UNAVAILABLE/,
      'shows no secret of its settings or credentials when printed',
    ],
  ],

  'shows no secret of its settings or credentials when printed': [
    ['a property', taskList(() => ({ appSecret: 'canary-app-secret' })), /secret at index 0/],
    [
      'a property deep inside',
      taskList(() => ({ client: { options: [{ headers: new Map([['signature', 'by canary-app-secret']]) }] } })),
      /secret at index 0/,
    ],
    [
      'a hidden property',
      taskList(() => Object.defineProperty({}, 'settings', { value: { appSecret: 'canary-app-secret' } })),
      /secret at index 0/,
    ],
    [
      'one of many things',
      taskList(() => ({ known: new Set([...Array(200).keys(), 'canary-app-secret']) })),
      /secret at index 0/,
    ],
    ['several lines', { ...taskList(() => ({ options: { privateKey } })), secrets: [privateKey] }, /secret at index 0/],
    ['quotes', { ...taskList(() => ({ options: { password } })), secrets: [password] }, /secret at index 0/],
    [
      'credentials that are not masked',
      taskList((list) => ({
        parseCredentials: (input: unknown) => list.parseCredentials(input).map((one) => ({ ...one })),
      })),
      /secret at index 1/,
    ],
    [
      'credentials as JSON',
      taskList((list) => ({
        parseCredentials: (input: unknown) =>
          list
            .parseCredentials(input)
            .map((one) => Object.defineProperty(one, 'toJSON', { value: () => ({ ...one }) })),
      })),
      /secret at index 1/,
    ],
    [
      'credentials as text',
      taskList((list) => ({
        parseCredentials: (input: unknown) =>
          list
            .parseCredentials(input)
            .map((one) => Object.defineProperty(one, Symbol.toPrimitive, { value: () => one.token })),
      })),
      /secret at index 1/,
    ],
    [
      'the message of a log',
      taskList((_list, { logger }) => ({ made: logger?.info('made with canary-app-secret') })),
      /secret at index 0/,
    ],
    [
      'the fields of a log',
      taskList((_list, { logger }) => ({ made: logger?.error('made', { settings: { key: 'canary-app-secret' } }) })),
      /secret at index 0/,
    ],
    [
      'a log of the input',
      taskList((list, { logger }) => ({
        parseCredentials(input: unknown) {
          logger?.warn('parsing', { input: JSON.stringify(input) ?? '' })
          return list.parseCredentials(input)
        },
      })),
      /secret at index 1/,
    ],
    [
      'a refusal that quotes the input',
      taskList((list) => ({
        parseCredentials(input: unknown) {
          const parsed = list.parseCredentials(input)
          return parsed.isOk() ? parsed : refusal(`This is no input: ${JSON.stringify(input)}`)
        },
      })),
      /secret at index 1/,
    ],
    [
      'a log of revoke',
      taskList((list, { logger }) => ({
        revoke: changed(list.revoke, (outcome, credentials) => {
          logger?.debug('revoked', { token: String(Object.values(credentials)) })
          return outcome
        }),
      })),
      /secret at index 1/,
    ],
    [
      'credentials from tokens',
      oauthBank((bank) => ({
        credentialsFromTokens: (...args: Parameters<typeof bank.credentialsFromTokens>) => ({
          ...bank.credentialsFromTokens(...args),
        }),
      })),
      /show/,
    ],
  ],

  'sends the user to an https address that carries the state': [
    [
      'http',
      oauthBank((bank) => ({
        authorizationUrl: (request: { state: string }) => bank.authorizationUrl(request).replace('https:', 'http:'),
      })),
      /authorization URL must be https/,
    ],
    [
      'no state',
      oauthBank((bank) => ({ authorizationUrl: () => bank.authorizationUrl({ state: '' }).replace('&state=', '') })),
      /authorization URL must carry the state/,
    ],
    [
      'another state',
      oauthBank((bank) => ({ authorizationUrl: () => bank.authorizationUrl({ state: 'mine' }) })),
      /authorization URL must carry the state/,
    ],
    [
      'a state that is not encoded',
      oauthBank(() => ({ authorizationUrl: ({ state }: { state: string }) => `https://x.example/?state=${state}` })),
      /authorization URL must carry the state/,
    ],
    [
      'a path',
      oauthBank(() => ({ authorizationUrl: ({ state }: { state: string }) => `/authorize?state=${state}` })),
      /authorization/,
    ],
    [
      'it throws',
      oauthBank(() => ({
        authorizationUrl() {
          throw new TypeError('canary-client-secret')
        },
      })),
      /authorization/,
    ],
    [
      'the secret of the app',
      oauthBank((bank) => ({
        authorizationUrl: (request: { state: string }) =>
          `${bank.authorizationUrl(request)}&client_secret=canary-client-secret`,
      })),
      /secret at index 0/,
    ],
  ],
}
