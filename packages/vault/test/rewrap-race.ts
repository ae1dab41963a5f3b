import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import type { StorableCredentials } from '@finport/core'
import { createVault, type RewrapProgress, type RewrapReport, type Vault } from '../src/index.ts'
import { nodeCipher } from '../src/node-cipher.ts'
import { connectorOf, keyringOf, reveal, secretKey } from './fixtures.ts'
import { openSqliteRepository } from './sqlite-repository.ts'

/** What a race came to. */
export type RewrapRace = {
  records: number
  writes: number
  /** How many were done when the first process was killed. */
  killedAfter: number
  report: RewrapReport
  /** Connections whose credentials are not those that were written last, or can't be opened with the new key alone. */
  wrong: string[]
  canRetire: boolean
  milliseconds: number
}

const WRITERS = 4
const [oldKey, newKey] = [secretKey('k1', 1), secretKey('k2', 2)]
const refOf = (index: number) => ({ userId: `user-${index % 100}`, connectionId: `c-${index}`, provider: 'acme' })
const contentOf = (index: number, version: number) =>
  ({ type: 'custom', index, version, token: 'x'.repeat(200) }) as unknown as StorableCredentials

function openVault(path: string, ...keys: Parameters<typeof keyringOf>): { vault: Vault; close(): void } {
  const credentials = openSqliteRepository(path)
  return {
    vault: createVault({ keyring: keyringOf(...keys), credentials, cipher: nodeCipher }),
    close: () => credentials.close(),
  }
}

const children = {
  /** Writes to connections of its own in the first half until it is told to stop, and then says what it wrote last. The other half is left to the rewraps, however slow they are to start. */
  async write(path: string, count: number, writer: number) {
    const { vault, close } = openVault(path, newKey, oldKey)
    const versions = new Map<number, number>()
    let isStopped = false
    process.once('message', () => {
      isStopped = true
    })
    while (!isStopped) {
      const index = Math.floor((Math.random() * count) / 2 / WRITERS) * WRITERS + writer
      const version = (versions.get(index) ?? 1) + 1
      ;(await vault.put(refOf(index), contentOf(index, version))).unwrap()
      versions.set(index, version)
      if (versions.size === 1 && version === 2) process.send?.('ready')
      await setTimeout(1)
    }
    close()
    process.send?.([...versions])
  },

  /** Seals anew, and kills itself in the middle once it has done so many: whoever asked would come too late. */
  async rewrap(path: string, most: number) {
    const { vault, close } = openVault(path, newKey, oldKey)
    const onProgress = ({ rewrapped }: RewrapProgress) => {
      if (rewrapped < most) return
      writeSync(process.stdout.fd, `${rewrapped}`)
      process.kill(process.pid, 'SIGKILL')
    }
    const report = (await vault.rewrap({ onProgress })).unwrap()
    close()
    process.send?.(report)
  },
}

const spawn = (...words: [keyof typeof children, ...string[]]): ChildProcess =>
  fork(import.meta.filename, words, { stdio: ['inherit', 'pipe', 'inherit', 'ipc'] })

async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T]
  return message
}

/**
 * Several processes write credentials while another seals them all with a new key, is killed with SIGKILL in the middle, and another goes on.
 */
export async function raceRewrap(connections: number): Promise<RewrapRace> {
  const records = connections - (connections % (2 * WRITERS))
  const folder = await mkdtemp(join(tmpdir(), 'finport-rewrap-'))
  const path = join(folder, 'credentials.sqlite')
  try {
    const before = openVault(path, oldKey)
    for (let index = 0; index < records; index++) (await before.vault.put(refOf(index), contentOf(index, 1))).unwrap()
    before.close()

    const start = performance.now()
    const writers = Array.from({ length: WRITERS }, (_, writer) => spawn('write', path, `${records}`, `${writer}`))
    await Promise.all(writers.map((writer) => messageOf(writer)))
    const first = spawn('rewrap', path, `${records / 4}`)
    const [[said], [, signal]] = await Promise.all([once(first.stdout as Readable, 'data'), once(first, 'exit')])
    if (signal !== 'SIGKILL') throw new Error('The first process was not killed.')

    const report = await messageOf<RewrapReport>(spawn('rewrap', path, 'Infinity'))
    const milliseconds = performance.now() - start

    const written = new Map<number, number>()
    const last = writers.map((writer) => messageOf<[number, number][]>(writer))
    for (const writer of writers) writer.send('stop')
    for (const versions of await Promise.all(last)) for (const [index, version] of versions) written.set(index, version)

    const after = openVault(path, newKey)
    const both = openVault(path, newKey, oldKey)
    const wrong: string[] = []
    for (let index = 0; index < records; index++) {
      const expected = JSON.stringify(contentOf(index, written.get(index) ?? 1))
      const kept = await after.vault.use(refOf(index), connectorOf('custom'), reveal)
      if (kept.isErr() || JSON.stringify(kept.value) !== expected) wrong.push(`c-${index}`)
    }
    const { canRetire } = (await both.vault.canRetire('k1')).unwrap()
    both.close()
    after.close()
    const writes = [...written.values()].reduce((sum, version) => sum + version - 1, 0)
    return { records, writes, killedAfter: Number(said), report, wrong, canRetire, milliseconds }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const [command, path = '', count, writer] = process.argv.slice(2)
if (process.argv[1] === import.meta.filename && command !== undefined)
  await children[command as keyof typeof children](path, Number(count), Number(writer))
