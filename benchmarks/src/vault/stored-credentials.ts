import { randomBytes } from 'node:crypto'
import {
  type ApiKeyCredentials,
  type Connector,
  type CredentialRef,
  type CredentialVault,
  Ok,
  parseCredentials,
} from '@finport/core'

/** As much of a vault as is measured. */
export type MeasuredVault = Pick<CredentialVault, 'put' | 'use'>

const PROVIDER = 'benchmark'

/** Whose credentials are stored. */
export const owner: CredentialRef = {
  userId: '5b0d3f0e-4c53-4c6c-9d0f-0f6f2f7a9e11',
  connectionId: 'c7f1f1a2-1f0f-4a53-8a63-3f7d9d0b6c42',
  provider: PROVIDER,
}

/** As much of a connector as a vault needs. */
const connector = {
  slug: PROVIDER,
  parseCredentials: (input: unknown) => parseCredentials('api_key', input, { provider: PROVIDER }),
} as Connector<ApiKeyCredentials>

/** An API key whose JSON has so many bytes. */
export function createCredentials(bytes: number): ApiKeyCredentials {
  const withoutSecret = { type: 'api_key', apiKey: 'PKMADEUP', apiSecret: '' } as const
  const apiSecret = randomBytes(bytes)
    .toString('base64url')
    .slice(0, bytes - JSON.stringify(withoutSecret).length)
  return { ...withoutSecret, apiSecret }
}

/** Keeps credentials. */
export async function putCredentials(vault: MeasuredVault, credentials: ApiKeyCredentials): Promise<void> {
  const put = await vault.put(owner, credentials)
  if (put.isErr()) throw put.error
}

/** The credentials that are kept. */
export async function useCredentials(vault: MeasuredVault): Promise<ApiKeyCredentials> {
  const used = await vault.use(owner, connector, async (credentials) => Ok(credentials))
  if (used.isErr()) throw used.error
  return used.value
}
