/**
 * Holds the vault's cryptography against the test vectors of Wycheproof: AES-256-GCM through `EncryptionService`, HKDF-SHA-256 through the ciphers.
 *
 *     node scripts/vectors.ts <folder with aes_gcm_test.json and hkdf_sha256_test.json>
 *
 * Both files are in `testvectors_v1` of https://github.com/C2SP/wycheproof.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Cipher, EncryptionService, nobleCipher } from '@finport/vault'
import { nodeCipher } from '@finport/vault/node-cipher'

type Case = { tcId: number; comment: string; result: 'valid' | 'invalid' | 'acceptable' }
type Group<C extends Case> = { tests: C[] }

type MessageCase = Case & { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
type MessageGroup = Group<MessageCase> & { keySize: number; ivSize: number; tagSize: number }

type DerivationCase = Case & { ikm: string; salt: string; info: string; size: number; okm: string }

const MESSAGES = 'aes_gcm_test.json'
const DERIVATIONS = 'hkdf_sha256_test.json'
const KEY_BYTES = 32

const ciphers: [name: string, cipher: Cipher][] = [
  ['noble', nobleCipher],
  ['node', nodeCipher],
]

function bytesOf(...hexadecimal: string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal.join(''), 'hex'))
}

function isSame(bytes: Uint8Array, hexadecimal: string): boolean {
  return Buffer.from(bytes).toString('hex') === hexadecimal
}

function readGroups<G>(folder: string, file: string): G[] {
  return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { testGroups: G[] }).testGroups
}

/** Valid ones decrypt and encrypt to the same bytes, others are refused. */
function isMessageRight(cipher: Cipher, { key, iv, aad, msg, ct, tag, result }: MessageCase): boolean {
  const service = EncryptionService.create(bytesOf(key), { cipher, randomBytes: () => bytesOf(iv) }).unwrap()
  const bound = { associatedData: bytesOf(aad) }
  const decrypted = service.decryptBytes(bytesOf(iv, ct, tag), bound)
  if (result !== 'valid') return decrypted.isErr() && decrypted.error.code === 'DECRYPTION_FAILED'
  const encrypted = service.encryptBytes(bytesOf(msg), bound)
  return decrypted.isOk() && isSame(decrypted.value, msg) && encrypted.isOk() && isSame(encrypted.value, iv + ct + tag)
}

/** Valid ones give the bytes, from the key's own and, where it is as long as the vault's, from one taken in. Others give none. */
function isDerivationRight(cipher: Cipher, { ikm, salt, info, size, okm, result }: DerivationCase): boolean {
  const key = bytesOf(ikm)
  const keys = key.length === KEY_BYTES ? [key, cipher.importKey(key)] : [key]
  return keys.every((each) => {
    const derive = () => cipher.deriveBits(each, bytesOf(salt), bytesOf(info), size)
    return result === 'valid' ? isSame(derive(), okm) : givesNothing(derive)
  })
}

function givesNothing(derive: () => unknown): boolean {
  try {
    derive()
    return false
  } catch {
    return true
  }
}

/** Says what is wrong of the cases of a file, and how many there are. */
function report<C extends Case>(
  file: string,
  cipher: string,
  cases: readonly C[],
  isRight: (each: C) => boolean,
): void {
  const wrong = cases.filter((each) => {
    try {
      return !isRight(each)
    } catch {
      return true
    }
  })
  const valid = cases.filter(({ result }) => result === 'valid').length
  console.log(
    `${file}, ${cipher} cipher: ${cases.length} cases, ${valid} valid, ${cases.length - valid} invalid, ${wrong.length} wrong`,
  )
  for (const { tcId, comment, result } of wrong) console.log(`    case ${tcId}, ${result}: ${comment}`)
  if (cases.length === 0 || wrong.length > 0) process.exitCode = 1
}

const [argument] = process.argv.slice(2)
// pnpm runs scripts in the root; INIT_CWD is where the user is.
const folder = resolve(process.env.INIT_CWD ?? '', argument ?? '')
if (argument === undefined || ![MESSAGES, DERIVATIONS].every((file) => existsSync(join(folder, file)))) {
  console.error(`usage: pnpm vectors <folder with Wycheproof's ${MESSAGES} and ${DERIVATIONS}>`)
  process.exit(1)
}

const messages = readGroups<MessageGroup>(folder, MESSAGES)
  .filter(({ keySize, ivSize, tagSize }) => keySize === 256 && ivSize === 96 && tagSize === 128)
  .flatMap(({ tests }) => tests)
const derivations = readGroups<Group<DerivationCase>>(folder, DERIVATIONS).flatMap(({ tests }) => tests)

for (const [name, cipher] of ciphers) report(MESSAGES, name, messages, (each) => isMessageRight(cipher, each))
for (const [name, cipher] of ciphers) report(DERIVATIONS, name, derivations, (each) => isDerivationRight(cipher, each))
