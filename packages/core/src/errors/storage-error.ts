import { FinportError, type UserAction } from './finport-error.ts'

const storageErrors = {
  STORAGE_CONFLICT: ['none', true, 'The record was changed by somebody else meanwhile.'],
  STORAGE_UNAVAILABLE: ['none', true, "The storage failed, or can't be reached just now. Its own log says why."],
} as const satisfies Record<string, readonly [UserAction, boolean, string]>

/** The codes of {@link StorageError}. */
export type StorageErrorCode = keyof typeof storageErrors

/** The host's storage failed. */
export class StorageError extends FinportError {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  readonly retryable: boolean
  readonly userAction: UserAction

  constructor(code: StorageErrorCode) {
    const [userAction, retryable, message] = storageErrors[code]
    super(message)
    this.code = code
    this.retryable = retryable
    this.userAction = userAction
  }
}
