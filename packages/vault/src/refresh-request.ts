import {
  Err,
  type OAuthProvider,
  type OAuthTokens,
  type ProviderError,
  ProviderUnavailableError,
  type Result,
} from '@finport/core'
import { type Sleep, waitFor } from './sleep.ts'

/** What came of asking a provider to refresh. */
export type RefreshAnswer = {
  readonly result: Result<OAuthTokens, ProviderError>
  /** Whether the refresh token may be used up though no tokens came. */
  readonly isInDoubt: boolean
  /** Whether the answer got lost, so that asking again may bring it. */
  readonly isLost: boolean
}

/** So long after its deadline is a provider left that heeds no signal. */
const PATIENCE_MILLISECONDS = 5_000

const LAST_STATUS_OF_SUCCESS = 399

/** Asks for tokens within a time. Whatever the provider throws, holds back or says beside the contract counts as an answer that got lost. */
export async function requestRefresh(
  provider: OAuthProvider,
  refreshToken: string,
  { milliseconds, sleep }: { milliseconds: number; sleep: Sleep },
): Promise<RefreshAnswer> {
  const deadline = new AbortController()
  const isOver = new AbortController()
  const lost = () => Err(new ProviderUnavailableError({ provider: provider.slug, operation: 'refreshAccessToken' }))
  const call = async () => {
    try {
      const result = await provider.refreshAccessToken(refreshToken, { signal: deadline.signal })
      return isAnswer(result) ? result : lost()
    } catch {
      return lost()
    }
  }
  const end = () => deadline.abort()
  sleep(milliseconds, isOver.signal).then(end, end)
  const answer = (await waitFor(call(), milliseconds + PATIENCE_MILLISECONDS, sleep)) ?? lost()
  isOver.abort()
  // The signal is the deadline's: whoever waits has aborted nothing.
  const result = answer.isErr() && answer.error.code === 'PROVIDER_ABORTED' ? lost() : answer
  return { result, ...doubtsOf(result) }
}

/** @throws TypeError for what is no Result. */
function isAnswer(result: Result<OAuthTokens, ProviderError>): boolean {
  return result.isOk() ? typeof result.value.accessToken === 'string' : typeof result.error.code === 'string'
}

function doubtsOf(result: Result<OAuthTokens, ProviderError>): Pick<RefreshAnswer, 'isInDoubt' | 'isLost'> {
  if (result.isOk()) return { isInDoubt: false, isLost: false }
  const { code, status } = result.error
  const isInDoubt =
    code === 'PROVIDER_UNAVAILABLE' || code === 'PROVIDER_INVALID_RESPONSE' || code === 'PROVIDER_ABORTED'
  return { isInDoubt, isLost: isInDoubt && (status === null || status <= LAST_STATUS_OF_SUCCESS) }
}
