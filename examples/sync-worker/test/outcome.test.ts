import {
  type AccountReport,
  ConnectionError,
  Err,
  Ok,
  ProviderRateLimitError,
  ProviderUnavailableError,
  type SyncReport,
  VaultError,
} from '@finport/core'
import { describe, expect, test } from 'vitest'
import { backoffSeconds, toOutcome } from '../src/outcome.ts'

const context = { provider: 'harbor', operation: 'fetchTransactions' }
const none = { added: 0, modified: 0, removed: 0, unchanged: 0 }

function accountWith(part: Partial<AccountReport>): AccountReport {
  const { rejected, warnings } = { rejected: [], warnings: [] }
  const account = { accountId: 'a', providerAccountId: 'p', covered: null, holdings: none, rejected, warnings }
  return { ...account, ...none, outcome: 'complete', error: null, ...part }
}

function reportOf(...accounts: AccountReport[]): SyncReport {
  return { connectionId: 'c', accounts, rejected: [], warnings: [] }
}

const failed = (code: string, retryable: boolean, retryAfterSeconds: number | null = null) =>
  accountWith({
    outcome: 'failed',
    error: { code, message: '', retryable, userAction: 'none', retryAfterSeconds },
  } as Partial<AccountReport>)

describe('what becomes of a job', () => {
  test('it is done when every account is, however many', () => {
    const report = reportOf(accountWith({ added: 2, removed: 1 }), accountWith({ added: 3, modified: 4 }))
    expect(toOutcome(Ok(report), 30)).toEqual({ kind: 'synced', added: 5, modified: 4, removed: 1 })
  })

  test('it comes again after as long as the institution says, or after the backoff', () => {
    const limited = new ProviderRateLimitError({ ...context, retryAfterSeconds: 90 })
    expect(toOutcome(Err(limited), 30)).toEqual({ kind: 'later', code: limited.code, afterSeconds: 90 })
    const unavailable = new ProviderUnavailableError(context)
    expect(toOutcome(Err(unavailable), 30)).toEqual({ kind: 'later', code: unavailable.code, afterSeconds: 30 })
    const busy = new ConnectionError('SYNC_IN_PROGRESS')
    expect(toOutcome(Err(busy), 30)).toEqual({ kind: 'later', code: 'SYNC_IN_PROGRESS', afterSeconds: 30 })
  })

  test.for([
    new VaultError('REAUTHENTICATION_REQUIRED', 'refresh_token_expired'),
    new ConnectionError('CONNECTION_NOT_ACTIVE'),
    new ConnectionError('CONNECTION_SANDBOX_MISMATCH'),
  ])('it is given up when trying again would change nothing: $code', (error) => {
    expect(toOutcome(Err(error), 30)).toEqual({ kind: 'given_up', code: error.code })
  })

  test('one account that may succeed later is reason enough, and the longest wait counts', () => {
    const report = reportOf(
      failed('PROVIDER_PERMISSION_DENIED', false),
      failed('PROVIDER_UNAVAILABLE', true),
      failed('PROVIDER_RATE_LIMITED', true, 75),
    )
    expect(toOutcome(Ok(report), 30)).toEqual({ kind: 'later', code: 'PROVIDER_UNAVAILABLE', afterSeconds: 75 })
    const hopeless = reportOf(accountWith({ added: 1 }), failed('PROVIDER_PERMISSION_DENIED', false))
    expect(toOutcome(Ok(hopeless), 30)).toEqual({ kind: 'given_up', code: 'PROVIDER_PERMISSION_DENIED' })
  })
})

test('waits double, with a little chance, and end at ten minutes', () => {
  expect([0, 1, 2, 3].map((attempt) => backoffSeconds(attempt, 30, 0))).toEqual([30, 60, 120, 240])
  expect(backoffSeconds(40, 30, 0)).toBe(600)
  expect(backoffSeconds(40, 30, 1)).toBe(750)
})
