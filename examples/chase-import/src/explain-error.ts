import type { InputIssue, ProviderError } from '@finport/core'
import { formatCount } from './amount.ts'

/** What went wrong, where, and what to do, in words. The switch is exhaustive: a new kind of error would not compile. */
export function explainError(error: ProviderError): string[] {
  switch (error.code) {
    case 'PROVIDER_INVALID_INPUT':
      return error.issues.flatMap((issue) => [
        `${placeOf(issue)}: ${issue.reason}`,
        ...(issue.path === 'accountId' ? ['Here that is --account deposit-1234, or card-1234.'] : []),
      ])
    case 'PROVIDER_ABORTED':
    case 'PROVIDER_AUTHENTICATION_FAILED':
    case 'PROVIDER_CONFIGURATION_REJECTED':
    case 'PROVIDER_INVALID_RESPONSE':
    case 'PROVIDER_PERMISSION_DENIED':
    case 'PROVIDER_RATE_LIMITED':
    case 'PROVIDER_UNAVAILABLE':
      return [error.message]
    default:
      return error satisfies never
  }
}

function placeOf({ path, offset, line }: InputIssue): string {
  if (line !== undefined) return `Line ${formatCount(line)}`
  if (offset !== undefined) return offset === 0 ? 'From the start' : `At byte ${formatCount(offset)}`
  return path
}
