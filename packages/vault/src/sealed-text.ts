import { type CredentialVault, Err, Ok, VaultError } from '@finport/core'
import { base64urlnopad } from '@scure/base'
import type { Sealer } from './sealer.ts'
import { textContextOf } from './sealing-context.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Seals texts that are kept elsewhere, in base64url. */
export function createTextSealer(sealer: Sealer): Pick<CredentialVault, 'sealText' | 'openText'> {
  return {
    async sealText(ref, text) {
      return (await sealer.seal(textContextOf(ref), encoder.encode(text))).map((bytes) => base64urlnopad.encode(bytes))
    },
    async openText(ref, sealed) {
      let bytes: Uint8Array
      try {
        bytes = base64urlnopad.decode(sealed)
      } catch {
        return Err(new VaultError('DECRYPTION_FAILED', 'not_sealed'))
      }
      const opened = await sealer.open(textContextOf(ref), bytes)
      return opened.andThen((plaintext) => Ok(decoder.decode(plaintext)))
    },
  }
}
