import type { OAuth2Credentials, ProviderError, RequestOptions, Result } from '@finport/core'
import type { HttpClient, HttpRequest } from '@finport/core/http'

/** A question to the Trader API: what comes after `/trader/v1`. */
type Question<T> = Pick<HttpRequest<'json', T>, 'path' | 'query' | 'argument'> & {
  schema: NonNullable<HttpRequest<'json', T>['schema']>
}

/** Asks one question on behalf of one user. */
export type Ask = <T>(question: Question<T>, options: RequestOptions) => Promise<Result<T, ProviderError>>

/** Binds the credentials of a call, so that what asks for accounts never sees a token. */
export function createAsk(
  http: HttpClient,
  call: { operation: string; baseUrl: string; credentials: OAuth2Credentials },
): Ask {
  return async (question, { signal }) => {
    const answer = await http.request({
      ...question,
      operation: call.operation,
      url: `${call.baseUrl}/trader/v1`,
      headers: { accept: 'application/json', authorization: `Bearer ${call.credentials.accessToken}` },
      ...(signal === undefined ? {} : { signal }),
    })
    return answer.map(({ value }) => value)
  }
}
