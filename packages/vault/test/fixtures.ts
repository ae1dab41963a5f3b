import {
  type Connector,
  type Credentials,
  type Json,
  Ok,
  parseCredentials,
  type StorableCredentials,
} from '@finport/core'
import { createKeyring, type KeyringKey } from '../src/index.ts'

/** A key of 32 bytes that all are the same. */
export const keyOf = (byte: number) => new Uint8Array(32).fill(byte)

export const keyringOf = (...keys: KeyringKey[]) => createKeyring(keys).unwrap()

export const secretKey = (id: string, byte = 1): KeyringKey => ({ id, key: keyOf(byte) })

export const ref = { userId: 'user-1', connectionId: 'connection-1', provider: 'acme' }

export const tokens = {
  type: 'oauth2',
  accessToken: 'access-canary-7f3a',
  refreshToken: 'refresh-canary-91bc',
  expiresAt: '2026-01-31T12:30:00.000Z',
  refreshTokenIssuedAt: '2026-01-31T12:00:00.000Z',
} as unknown as StorableCredentials

export const apiKey = { type: 'api_key', apiKey: 'key-canary-22', apiSecret: 'secret-canary-33' } as StorableCredentials

/** As much of a connector as a vault needs. */
export const connectorOf = (type: 'oauth2' | 'api_key' | 'custom', slug = ref.provider) =>
  ({ slug, parseCredentials: (input: unknown) => parseCredentials(type, input, { provider: slug }) }) as Connector

/** Work that gives the credentials back, unmasked. */
export const reveal = async (credentials: Credentials) => Ok({ ...credentials } as unknown as Json)
