import type { CredentialRepository } from '../ports/credential-repository.ts'

/** A store that was opened for a case. */
export type CredentialStore = {
  first: CredentialRepository
  second: CredentialRepository
  handles: readonly CredentialRepository[]
  pass(milliseconds: number): Promise<void>
}
