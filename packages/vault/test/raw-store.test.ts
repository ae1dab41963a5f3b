import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ok, type StorableCredentials } from '@finport/core'
import { expect, test } from 'vitest'
import { createVault } from '../src/index.ts'
import { connectorOf, keyringOf, ref, secretKey } from './fixtures.ts'
import { openSqliteRepository } from './sqlite-repository.ts'
import { TokenServer } from './token-server.ts'

test('what lies in the files of a store shows no secret, before, while and after it is refreshed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'finport-raw-'))
  const credentials = openSqliteRepository(join(folder, 'credentials.sqlite'))
  const read = async () => {
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))
    return Buffer.concat(files).toString('latin1')
  }
  try {
    const vault = createVault({ keyring: keyringOf(secretKey('k1')), credentials })
    const server = new TokenServer({ accessTokenSeconds: 0 }, Date.now)
    let meanwhile = ''
    server.latency = async () => {
      meanwhile = await read()
    }
    const login = server.login()
    ;(await vault.put(ref, login)).unwrap()
    const seen = [login.accessToken, login.refreshToken ?? '']
    const lend = async (tokens: { accessToken: string; refreshToken: string | null }) => {
      seen.push(tokens.accessToken, tokens.refreshToken ?? '')
      return Ok(null)
    }
    ;(await vault.use(ref, server.provider(), lend)).unwrap()
    const key = { type: 'api_key', apiKey: 'key-canary', apiSecret: 'secret-canary' } as StorableCredentials
    const other = { ...ref, connectionId: 'connection-2' }
    ;(await vault.put(other, key)).unwrap()
    ;(await vault.use(other, connectorOf('api_key'), async () => Ok(null))).unwrap()

    const stored = [meanwhile, await read()]
    expect(new Set(seen).size).toBe(4)
    for (const text of stored) {
      expect(text).toContain('connection-1')
      for (const secret of [...seen, 'canary']) expect(text).not.toContain(secret)
    }
    expect(stored[0]).toContain('inDoubtSince')
  } finally {
    credentials.close()
    await rm(folder, { recursive: true })
  }
})
