import {
  type Actor,
  type ChangeSource,
  defineConnector,
  type Methods,
  type OAuth2Credentials,
  type OAuthProvider,
  type ProviderMetadata,
  parseCredentials,
  type RequestOptions,
} from '@finport/core'
import { createHttpClient } from '@finport/core/http'
import * as z from 'zod'
import { act, type TodoistAction } from './act.ts'
import { fetchChanges, type TodoistChange } from './changes.ts'
import { classify } from './error.ts'
import { createOAuth, tokenPolicy } from './oauth.ts'
import { createAskSync } from './sync.ts'

const slug = 'todoist'

const metadata: ProviderMetadata = {
  displayName: 'Todoist',
  category: 'other',
  authType: 'oauth',
  credentialType: 'oauth2',
  supports: { accounts: false, transactions: false, holdings: false, balanceHistory: false },
  scopes: [
    {
      scope: 'data:read_write',
      description: 'See your tasks and projects, and complete tasks for you. Nothing is deleted.',
    },
  ],
  hosts: ['api.todoist.com'],
  timeZone: 'UTC',
  tokenPolicy,
  // Of a full sync, Todoist allows a tenth of this.
  rateLimit: { requests: 1_000, perSeconds: 900, per: 'credential' },
  sync: { maxWindowDays: null, overlapDays: 0 },
  documentationUrl: 'https://developer.todoist.com/api/v1/',
  isProductionReady: false,
}

/**
 * Tasks and projects of Todoist, as changes since a cursor, and tasks completed. No financial data: a connector.
 *
 * @example
 * ```ts
 * import { createProvider } from '@finport/core'
 * import { todoist } from 'finport-connector-todoist'
 *
 * const connector = createProvider(todoist, {
 *   clientId: 'of your app',
 *   clientSecret: 'its secret',
 *   redirectUri: 'https://app.example.com/callback',
 * }).unwrap()
 * ```
 */
export const todoist = defineConnector({
  slug,
  metadata,
  settings: z.object({
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    /** One of those that are registered for the app, letter by letter. */
    redirectUri: z.url(),
  }),
  create(
    settings,
    runtime,
  ): Methods<OAuthProvider & ChangeSource<TodoistChange, OAuth2Credentials> & Actor<TodoistAction, OAuth2Credentials>> {
    const http = createHttpClient({ provider: slug, metadata, runtime, classify })
    return {
      parseCredentials: (input: unknown) => parseCredentials('oauth2', input, { provider: slug }),
      ...createOAuth(settings, { http, now: runtime.now }),
      fetchChanges: (credentials: OAuth2Credentials, cursor: string | null, options: RequestOptions = {}) =>
        fetchChanges(createAskSync(http, 'fetchChanges', credentials, options), cursor),
      act: (credentials: OAuth2Credentials, action: TodoistAction, options: RequestOptions = {}) =>
        act(createAskSync(http, 'act', credentials, options), action),
    }
  },
})
