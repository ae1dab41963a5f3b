import { randomBytes } from 'node:crypto'
import { type ApiKeyCredentials, type CredentialRepository, createMemoryCredentialRepository } from '@finport/core'
import {
  type Cipher,
  createKeyring,
  createVault,
  EncryptionService,
  nobleCipher,
  type RandomBytes,
} from '@finport/vault'
import { nodeCipher } from '@finport/vault/node-cipher'
import { createHandWrittenEnvelope } from './hand-written-envelope.ts'
import { createHandWrittenVault } from './hand-written-vault.ts'
import { createRawAesGcm } from './raw-aes-gcm.ts'
import { createReferenceRepository } from './reference-repository.ts'
import { type MeasuredVault, owner, putCredentials, useCredentials } from './stored-credentials.ts'

/** Seals and opens what it was made for, once. */
export type Work = () => Promise<unknown> | unknown

/** Someone who seals and opens. */
export type Contestant = {
  readonly name: string
  /** Who does the same work by hand. */
  readonly peer: string
  /** How many times as fast as its peer it must be. */
  readonly atLeast?: number
  prepare(credentials: ApiKeyCredentials): Work
}

const KEY_ID = 'k1'
const key = randomBytes(32)
const keyring = createKeyring([{ id: KEY_ID, key }]).unwrap()

/** A vault of Finport's. */
export function finportVault(
  cipher: Cipher,
  credentials: CredentialRepository,
  random?: RandomBytes | undefined,
): MeasuredVault {
  return createVault({ keyring, cipher, credentials, randomBytes: random })
}

/** The same written by hand, with the same key. */
export function handWrittenVault(credentials: CredentialRepository, random: RandomBytes = randomBytes): MeasuredVault {
  return createHandWrittenVault(KEY_ID, createHandWrittenEnvelope(KEY_ID, key, random), credentials)
}

/** An encryption service of Finport's. */
export function encryptionService(cipher: Cipher): EncryptionService {
  return EncryptionService.create(key, { cipher }).unwrap()
}

/** Node's AES-256-GCM, with the same key. */
export const rawAesGcm = createRawAesGcm(key)

/** The bytes of credentials' JSON. */
export function plaintextOf(credentials: ApiKeyCredentials): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ ...credentials }))
}

const putsAndUses = (vault: MeasuredVault) => (credentials: ApiKeyCredentials) => async () => {
  await putCredentials(vault, credentials)
  return useCredentials(vault)
}

function encryptsAndDecrypts(cipher: Cipher) {
  const service = encryptionService(cipher)
  return (credentials: ApiKeyCredentials) => {
    const plaintext = plaintextOf(credentials)
    return () =>
      service
        .encryptBytes(plaintext)
        .andThen((message) => service.decryptBytes(message))
        .unwrap()
  }
}

function sealsAndOpensEnvelopes(credentials: ApiKeyCredentials) {
  const envelope = createHandWrittenEnvelope(KEY_ID, key, randomBytes)
  const bound = { ...owner, credentialType: credentials.type }
  const plaintext = plaintextOf(credentials)
  return () => envelope.open(bound, envelope.seal(bound, plaintext))
}

function sealsAndOpensRaw(credentials: ApiKeyCredentials) {
  const plaintext = plaintextOf(credentials)
  return () => rawAesGcm.open(rawAesGcm.seal(plaintext))
}

/** What all others are compared with as well. */
export const RAW = 'raw AES-256-GCM'

const BY_HAND = 'vault by hand'
const BY_HAND_WITH_REFERENCES = 'vault by hand, store of references'
const ENVELOPE_BY_HAND = 'envelope by hand'
const AT_LEAST = 0.8

/** All of them, in the order of the table. */
export const contestants: readonly Contestant[] = [
  {
    name: 'vault, noble cipher',
    peer: BY_HAND,
    prepare: putsAndUses(finportVault(nobleCipher, createMemoryCredentialRepository())),
  },
  {
    name: 'vault, node cipher',
    peer: BY_HAND,
    atLeast: AT_LEAST,
    prepare: putsAndUses(finportVault(nodeCipher, createMemoryCredentialRepository())),
  },
  {
    name: BY_HAND,
    peer: BY_HAND,
    prepare: putsAndUses(handWrittenVault(createMemoryCredentialRepository())),
  },
  {
    name: 'vault, node cipher, store of references',
    peer: BY_HAND_WITH_REFERENCES,
    atLeast: AT_LEAST,
    prepare: putsAndUses(finportVault(nodeCipher, createReferenceRepository())),
  },
  {
    name: BY_HAND_WITH_REFERENCES,
    peer: BY_HAND_WITH_REFERENCES,
    prepare: putsAndUses(handWrittenVault(createReferenceRepository())),
  },
  { name: ENVELOPE_BY_HAND, peer: ENVELOPE_BY_HAND, prepare: sealsAndOpensEnvelopes },
  { name: 'EncryptionService, noble cipher', peer: RAW, prepare: encryptsAndDecrypts(nobleCipher) },
  { name: 'EncryptionService, node cipher', peer: RAW, prepare: encryptsAndDecrypts(nodeCipher) },
  { name: RAW, peer: RAW, prepare: sealsAndOpensRaw },
]
