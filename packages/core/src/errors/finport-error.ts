import type { Json } from '../json.ts'

/** What somebody has to do about an error: nobody anything, the user connect again, the app's owner mend its configuration, the caller its input, or ask the provider. */
export type UserAction = 'none' | 'reconnect' | 'fix_configuration' | 'fix_input' | 'contact_provider'

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom')

/**
 * The base of every error in a Finport `Result`. Messages, JSON and inspect forms never hold a credential, token, header, query or body,
 * and there is never a `cause`: an error is safe to log and to show.
 *
 * Tell errors apart by `code`, which is a literal in each class, never by `instanceof`: it is exhaustive by the compiler and holds across
 * copies of the package.
 *
 * @example
 * ```ts
 * import type { ProviderError } from '@finport/core'
 *
 * function advice(error: ProviderError): string {
 *   switch (error.code) {
 *     case 'PROVIDER_AUTHENTICATION_FAILED':
 *       return 'Please connect the account again.'
 *     case 'PROVIDER_RATE_LIMITED':
 *     case 'PROVIDER_UNAVAILABLE':
 *       return `Please try again in ${error.retryAfterSeconds ?? 60} seconds.`
 *     case 'PROVIDER_INVALID_INPUT':
 *       return error.issues.map((issue) => `${issue.path}: ${issue.reason}`).join('\n')
 *     case 'PROVIDER_CONFIGURATION_REJECTED':
 *     case 'PROVIDER_PERMISSION_DENIED':
 *     case 'PROVIDER_INVALID_RESPONSE':
 *     case 'PROVIDER_ABORTED':
 *       return error.message
 *     default:
 *       return error satisfies never
 *   }
 * }
 * ```
 */
export abstract class FinportError extends Error {
  /** Names the kind of error; a literal in each class. */
  abstract readonly code: string
  /** Whether the same call may succeed later without anybody doing anything. */
  abstract readonly retryable: boolean
  abstract readonly userAction: UserAction

  /** Name, message and the fields of the class: all of it safe to log. */
  toJSON(): { [key: string]: Json } {
    const { name, message, cause: _cause, ...fields } = { ...this, name: this.name, message: this.message }
    return { name, message, ...(fields as { [key: string]: Json }) }
  }

  /** What `console.log` prints: name, message, fields and stack. */
  [inspectSymbol](_depth: number, options: unknown, inspect?: (value: unknown, options: unknown) => string): string {
    const { name, message, ...fields } = this.toJSON()
    const frames = this.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
    const shown = inspect === undefined ? JSON.stringify(fields) : inspect(fields, options)
    return [`${name}: ${message}`, ...frames].join('\n').concat(` ${shown}`)
  }
}
