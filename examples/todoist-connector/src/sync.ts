import type { OAuth2Credentials, ProviderError, RequestOptions, Result } from '@finport/core'
import type { HttpClient, HttpRequest } from '@finport/core/http'

/** Asks the sync endpoint on behalf of one user. */
export type AskSync = <T>(
  form: Readonly<Record<string, string>>,
  expected: Pick<HttpRequest<'json', T>, 'schema' | 'argument'>,
) => Promise<Result<T, ProviderError>>

/** Binds the credentials of a call, so that nothing else sees a token. */
export function createAskSync(
  http: HttpClient,
  operation: string,
  { accessToken }: OAuth2Credentials,
  { signal }: RequestOptions,
): AskSync {
  return async (form, expected) => {
    const answer = await http.request({
      ...expected,
      operation,
      method: 'POST',
      url: 'https://api.todoist.com/api/v1/sync',
      headers: { authorization: `Bearer ${accessToken}` },
      form,
      // Reading changes nothing, and a command is done once however often its UUID comes.
      idempotent: true,
      rateKey: accessToken,
      signal,
    })
    return answer.map(({ value }) => value)
  }
}
