import type { ApiKeyCredentials, ProviderError, Result } from '@finport/core'
import type { HttpClient, HttpRequest } from '@finport/core/http'
import { type Environment, environmentOf, hosts } from './environment.ts'
import { explainRefusedKey } from './error.ts'

/** Alpaca's trading interface, for one key. */
export type Api = {
  readonly environment: Environment
  /** Asks for what is at a path below `/v2`. */
  get<T>(
    request: Pick<HttpRequest<'json', T>, 'operation' | 'query' | 'schema' | 'signal'> & { path: readonly string[] },
  ): Promise<Result<T, ProviderError>>
}

/** What {@link createApi} needs of a provider's settings. */
export type ApiSettings = { readonly environment: Environment; readonly baseUrl?: string | undefined }

/** The interface of the environment that the credentials are meant for. */
export function createApi(client: HttpClient, settings: ApiSettings, credentials: ApiKeyCredentials): Api {
  const environment = environmentOf(credentials, settings.environment)
  const url = `${settings.baseUrl?.replace(/\/+$/, '') ?? `https://${hosts[environment]}`}/v2`
  return {
    environment,
    async get(request) {
      const answer = await client.request({
        ...request,
        url,
        headers: { 'APCA-API-KEY-ID': credentials.apiKey, 'APCA-API-SECRET-KEY': credentials.apiSecret },
        rateKey: credentials.apiKey,
      })
      return answer.map(({ value }) => value).mapErr((error) => explainRefusedKey(error, credentials, environment))
    },
  }
}
