import { isDeepStrictEqual } from 'node:util'
import { type ApiKeyCredentials, createMemoryCredentialRepository } from '@finport/core'
import { type Cipher, nobleCipher } from '@finport/vault'
import { nodeCipher } from '@finport/vault/node-cipher'
import { encryptionService, finportVault, handWrittenVault, plaintextOf, rawAesGcm } from './contestants.ts'
import { type MeasuredVault, owner, putCredentials, useCredentials } from './stored-credentials.ts'

const sameSalt = (length: number) => new Uint8Array(length).fill(7)

function assertEqual(one: unknown, other: unknown, what: string): void {
  if (!isDeepStrictEqual(one, other)) throw new Error(`${what} is not the same.`)
}

async function assertVaultsAgree(cipher: Cipher, credentials: ApiKeyCredentials): Promise<void> {
  const stores = [createMemoryCredentialRepository(), createMemoryCredentialRepository()] as const
  const vaults = [finportVault(cipher, stores[0], sameSalt), handWrittenVault(stores[1], sameSalt)] as const
  for (const vault of vaults) await putCredentials(vault, credentials)
  const [ours, theirs] = await Promise.all(stores.map(async (store) => (await store.find(owner.connectionId)).unwrap()))
  assertEqual(ours, theirs, 'What the vault and the one by hand store')
  const crossed: MeasuredVault[] = [finportVault(cipher, stores[1]), handWrittenVault(stores[0])]
  for (const vault of crossed)
    assertEqual({ ...(await useCredentials(vault)) }, credentials, "What one vault opens of the other's")
}

function assertMessagesAgree(cipher: Cipher, plaintext: Uint8Array): void {
  const service = encryptionService(cipher)
  const ours = service.decryptBytes(rawAesGcm.seal(plaintext)).unwrap()
  const theirs = rawAesGcm.open(service.encryptBytes(plaintext).unwrap())
  for (const opened of [ours, theirs])
    assertEqual(Uint8Array.from(opened), plaintext, "What EncryptionService and AES-256-GCM open of each other's")
}

/**
 * Makes sure that contestants do the same work: that the vault and the one by hand store the same bytes when the salt is the same, that each opens what the other sealed, and that
 * `EncryptionService` and AES-256-GCM read each other's messages.
 *
 * @throws when they do not.
 */
export async function assertContestantsAgree(credentials: ApiKeyCredentials): Promise<void> {
  for (const cipher of [nobleCipher, nodeCipher]) {
    await assertVaultsAgree(cipher, credentials)
    assertMessagesAgree(cipher, plaintextOf(credentials))
  }
}
