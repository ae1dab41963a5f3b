import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  type Connection,
  createFinport,
  createMemoryRepositories,
  createProvider,
  createRegistry,
  Ok,
  toInstant,
} from '@finport/core'
import type { RefreshLimits } from '../../src/index.ts'
import { defineEndpointProvider, type Meeting, openVault, refOf, tokensOf } from './endpoint-provider.ts'
import { type EndpointCounts, type EndpointTerms, openTokenEndpoint } from './token-endpoint.ts'

/** How processes race. */
export type RaceTerms = {
  processes: number
  connections: number
  /** How long they use the connections, one use after the other, in each process; with kills, at least until the last. */
  milliseconds: number
  accessTokenSeconds: number
  graceSeconds: number
  latency: readonly [number, number]
  limits?: RefreshLimits
  /** How often a process is killed with SIGKILL, and followed by another: in the middle of a refresh, and every third time at any moment. */
  kills?: number
  isWithoutLeases?: boolean
  store?: RaceStore | undefined
}

/** Where credentials are kept, if not in a file of SQLite as these tests have it. */
export type RaceStore = {
  /** The path of a module that exports `openCredentialRepository(place)`. */
  module: string
  createPlace(): Promise<string>
  removePlace(place: string): Promise<void>
}

/** What a race came to. */
export type RaceResult = EndpointCounts & {
  /** How often credentials were used. Those of processes that were killed are not counted. */
  uses: number
  kills: number
  /** Kills of a process whose refresh was on its way. */
  killsInRefresh: number
  /** Logins that the provider revoked. */
  revoked: number
  /** Connections that were lost, by the reason that is told. Each was logged in to again. */
  lost: Record<string, number>
  /** Other errors of uses, by their code. */
  errors: Record<string, number>
}

type Report =
  | { kind: 'lost'; index: number; reason: string }
  | { kind: 'done'; uses: number; errors: Record<string, number> }

/** So many processes may be on their way at a time when another is killed. */
const MOST_STARTING = 2

const children = {
  /** Uses one connection after the other until it is told to stop. */
  async use(meeting: Meeting, connections: number) {
    const { vault, close } = await openVault(meeting)
    const provider = createProvider(defineEndpointProvider(meeting), undefined, { allowLoopback: true }).unwrap()
    const errors: Record<string, number> = {}
    let uses = 0
    let isStopped = false
    process.once('message', () => {
      isStopped = true
    })
    process.send?.('ready')
    const loop = async (first: number) => {
      for (let turn = first; !isStopped; turn++) {
        const index = turn % connections
        const used = await vault.use(refOf(index), provider, async ({ accessToken }) => Ok(accessToken))
        uses++
        if (used.isErr()) {
          const { code } = used.error
          const reason = 'reason' in used.error ? String(used.error.reason) : ''
          if (code !== 'REAUTHENTICATION_REQUIRED') errors[code] = (errors[code] ?? 0) + 1
          else process.send?.({ kind: 'lost', index, reason } satisfies Report)
        }
        await setTimeout(5 * Math.random())
      }
    }
    await Promise.all(Array.from({ length: connections }, (_, index) => loop(index)))
    await close()
    process.send?.({ kind: 'done', uses, errors } satisfies Report)
    process.disconnect()
  },

  /** Opens one connection many times at once, when it is told to. Says which access tokens the calls had. */
  async open(meeting: Meeting, opens: number) {
    const { vault, close } = await openVault(meeting)
    const repositories = createMemoryRepositories()
    const { userId, connectionId: id, provider } = refOf(0)
    const now = toInstant(Date.now())
    const connection: Connection = {
      ...{ id, userId, provider, alias: '', status: 'active', reauthenticateBy: null, sandbox: false, meta: {} },
      ...{ createdAt: now, updatedAt: now, version: 1 },
    }
    ;(await repositories.connections.save(connection, 0)).unwrap()
    const providers = createRegistry({ allowLoopback: true }).register(defineEndpointProvider(meeting))
    const finport = createFinport({ providers, vault, repositories })
    process.send?.('ready')
    await once(process, 'message')
    const answers = await Promise.all(
      Array.from({ length: opens }, async () => {
        const connected = await finport.connections.open({ userId, connectionId: id, provider: 'acme' })
        if (connected.isErr()) return connected.error.code
        const fetched = await connected.value.fetchAccounts()
        return fetched.isErr() ? fetched.error.code : (fetched.value.rejected[0]?.id ?? '')
      }),
    )
    const counts: Record<string, number> = {}
    for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
    await close()
    process.send?.(counts)
    process.disconnect()
  },
}

function tell(child: ChildProcess, word: string): void {
  child.send(word)
}

function spawn(word: keyof typeof children, meeting: Meeting, count: number): ChildProcess {
  return fork(import.meta.filename, [word, JSON.stringify(meeting), `${count}`])
}

/** A file, an endpoint and a login for each connection, whose access token has ended. */
async function meet(
  terms: EndpointTerms,
  {
    limits = {},
    isWithoutLeases = false,
    connections,
    store,
  }: Pick<RaceTerms, 'limits' | 'isWithoutLeases' | 'connections' | 'store'>,
) {
  const folder = await mkdtemp(join(tmpdir(), 'finport-race-'))
  const endpoint = await openTokenEndpoint(terms)
  const { accessTokenSeconds, graceSeconds } = terms
  const path = (await store?.createPlace()) ?? join(folder, 'credentials.sqlite')
  const storeModule = store?.module ?? null
  const meeting: Meeting = {
    path,
    storeModule,
    url: endpoint.url,
    accessTokenSeconds,
    graceSeconds,
    limits,
    isWithoutLeases,
  }
  const { vault, close } = await openVault({ ...meeting, isWithoutLeases: false })
  const login = async (index: number) =>
    (await vault.put(refOf(index), tokensOf(endpoint.login(), Date.now() - 1_000))).unwrap()
  for (let index = 0; index < connections; index++) await login(index)
  const leave = async () => {
    await close()
    await endpoint.close()
    await store?.removePlace(path)
    await rm(folder, { recursive: true, force: true })
  }
  return { endpoint, meeting, vault, login, leave }
}

/** Has processes use connections whose tokens end all the time, and kills some of them. */
export async function raceRefresh(terms: RaceTerms): Promise<RaceResult> {
  const { processes, connections, milliseconds, kills: wanted = 0 } = terms
  const running = new Map<number, ChildProcess>()
  const ready = new Set<number>()
  const result = { uses: 0, kills: 0, killsInRefresh: 0, lost: {}, errors: {} } as Omit<
    RaceResult,
    'revoked' | keyof EndpointCounts
  >
  const count = (counts: Record<string, number>, name: string, by = 1) => {
    counts[name] = (counts[name] ?? 0) + by
  }
  const kill = (pid: number): boolean => {
    // Somebody must be there to go on: a process takes a second to start.
    if (result.kills >= wanted || ready.size < processes - MOST_STARTING || !ready.delete(pid)) return false
    running.delete(pid)
    process.kill(pid, 'SIGKILL')
    result.kills++
    start()
    return true
  }
  const onRequest = (pid: number) => {
    if (Math.random() < 1 / 3 && kill(pid)) result.killsInRefresh++
  }
  const { endpoint, meeting, login, leave } = await meet({ ...terms, onRequest }, terms)
  const lostVersions = new Map<number, Promise<unknown>>()

  const onMessage = (pid: number, message: Report | 'ready') => {
    if (message === 'ready') ready.add(pid)
    else if (message.kind === 'done') {
      result.uses += message.uses
      for (const [code, times] of Object.entries(message.errors)) count(result.errors, code, times)
    } else if (!lostVersions.has(message.index)) {
      count(result.lost, message.reason)
      // Those who ask at the same time tell of the same loss.
      const again = login(message.index).then(() => setTimeout(500))
      lostVersions.set(message.index, again)
      again.then(
        () => lostVersions.delete(message.index),
        () => undefined,
      )
    }
  }
  const start = () => {
    const child = spawn('use', meeting, connections)
    const pid = child.pid as number
    running.set(pid, child)
    child.on('message', (message: Report | 'ready') => onMessage(pid, message))
  }

  try {
    for (let index = 0; index < processes; index++) start()
    await Promise.all([...running.values()].map((child) => once(child, 'message')))
    const end = Date.now() + milliseconds
    while (Date.now() < end || result.kills < wanted) {
      await setTimeout(100)
      const pids = [...ready]
      if (result.kills % 3 === 2) kill(pids[Math.floor(Math.random() * pids.length)] ?? 0)
    }
    const left = [...running.values()]
    running.clear()
    const exits = left.map((child) => once(child, 'exit'))
    for (const child of left) tell(child, 'stop')
    await Promise.all(exits)
    return { ...result, ...endpoint.counts, revoked: endpoint.revoked }
  } finally {
    for (const child of running.values()) child.kill('SIGKILL')
    await leave()
  }
}

/** What many opens at once came to. */
export type OpenRaceResult = { opens: number; requests: number; answers: Record<string, number>; milliseconds: number }

/** Has processes open one connection with a token that has ended, all at the same time. */
export async function raceOpens(terms: {
  processes: number
  opens: number
  latency: readonly [number, number]
  store?: RaceStore | undefined
}): Promise<OpenRaceResult> {
  const { processes, opens, latency, store } = terms
  const { endpoint, meeting, leave } = await meet(
    { accessTokenSeconds: 1_800, graceSeconds: 0, latency },
    { connections: 1, store },
  )
  const running: ChildProcess[] = []
  try {
    for (let index = 0; index < processes; index++) running.push(spawn('open', meeting, opens / processes))
    await Promise.all(running.map((child) => once(child, 'message')))
    const start = performance.now()
    const counted = running.map((child) => once(child, 'message') as Promise<[Record<string, number>]>)
    for (const child of running) tell(child, 'go')
    const answers: Record<string, number> = {}
    for (const [counts] of await Promise.all(counted))
      for (const [answer, times] of Object.entries(counts)) answers[answer] = (answers[answer] ?? 0) + times
    return { opens, requests: endpoint.counts.requests, answers, milliseconds: performance.now() - start }
  } finally {
    for (const child of running) child.kill('SIGKILL')
    await leave()
  }
}

const [command, meeting = '', number] = process.argv.slice(2)
if (process.argv[1] === import.meta.filename && command !== undefined)
  await children[command as keyof typeof children](JSON.parse(meeting), Number(number))
