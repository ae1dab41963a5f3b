import type { ApiKeyCredentials, ProviderError, RequestOptions, Result } from '@finport/core'
import type { HttpClient, HttpRequest } from '@finport/core/http'

/** What is asked: the path below `/v1`, and what the answer has to be like. */
type Question<T> = Pick<HttpRequest<'json', T>, 'path' | 'query' | 'schema' | 'argument'>

/** Asks Acme Bank on behalf of one user. */
export type Ask = <T>(question: Question<T>, options: RequestOptions) => Promise<Result<T, ProviderError>>

/** Binds the credentials of a call, so that nothing else sees a key. */
export function createAsk(http: HttpClient, operation: string, { apiKey, apiSecret }: ApiKeyCredentials): Ask {
  return async (question, { signal }) => {
    const answer = await http.request({
      ...question,
      operation,
      url: 'https://api.acme.example/v1',
      headers: { 'x-api-key': apiKey, 'x-api-secret': apiSecret },
      rateKey: apiKey,
      signal,
    })
    return answer.map(({ value }) => value)
  }
}
