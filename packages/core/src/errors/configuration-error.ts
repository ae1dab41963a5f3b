import { FinportError } from './finport-error.ts'
import type { InputIssue } from './provider-error.ts'

/** A provider's settings are missing or wrong: found before anything is sent. */
export class ConfigurationError extends FinportError {
  override readonly name = 'ConfigurationError'
  readonly code = 'PROVIDER_CONFIGURATION_INVALID'
  readonly retryable = false
  readonly userAction = 'fix_configuration'
  readonly provider: string
  /** The paths of the settings that are missing or wrong, such as `'clientId'`. */
  readonly settings: readonly string[]
  /** What is wrong with single settings, as the provider itself says, and which are empty: never a value of them. */
  readonly issues: readonly InputIssue[]

  constructor(context: {
    provider: string
    missing: readonly string[]
    invalid: readonly string[]
    issues?: readonly InputIssue[] | undefined
  }) {
    const issues = context.issues ?? []
    const said = [
      ...(context.missing.length > 0 ? [`Missing: ${context.missing.join(', ')}.`] : []),
      ...(context.invalid.length > 0 ? [`Not valid: ${context.invalid.join(', ')}.`] : []),
      ...issues.map(({ path, reason }) => `${path}: ${reason}`),
    ]
    super(`The provider '${context.provider}' can't be made with these settings. ${said.join(' ')}`)
    this.provider = context.provider
    this.settings = [...new Set([...context.missing, ...context.invalid, ...issues.map(({ path }) => path)])]
    this.issues = issues
  }
}

/** No provider of that slug is registered. */
export class UnknownProviderError extends FinportError {
  override readonly name = 'UnknownProviderError'
  readonly code = 'PROVIDER_UNKNOWN'
  readonly retryable = false
  readonly userAction = 'fix_input'
  /** The slugs that are registered. */
  readonly supported: readonly string[]

  constructor(supported: readonly string[]) {
    super(`No provider of this slug is registered. Registered are: ${supported.join(', ') || 'none'}.`)
    this.supported = supported
  }
}
