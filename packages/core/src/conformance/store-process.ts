import { StorageError, type StorageErrorCode } from '../errors/storage-error.ts'
import type { CredentialRepository } from '../ports/credential-repository.ts'
import type { Repositories, TransactionalRepositories } from '../ports/repositories.ts'
import { Err, Ok, type Result } from '../result.ts'

/** What a process has of a store. */
export type StoreHandle = { readonly repositories: Repositories; readonly credentials: CredentialRepository }

/** One end of a line between two processes: a `ChildProcess` of `fork(…, { serialization: 'advanced' })`, or the `process` of that child. */
export interface ProcessChannel {
  /** Sends a message to the other end. */
  send?: ((message: object) => unknown) | undefined
  /** Hears messages of the other end. */
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** A call to one port, in a transaction or outside of any. */
type Call = {
  kind: 'call'
  id: number
  transaction: number | null
  port: string
  method: string
  parameters: unknown[]
}
type Request = Call | { kind: 'begin'; id: number } | { kind: 'end'; id: number; isOk: boolean }
type Answer =
  | { kind: 'given'; id: number; value: unknown }
  | { kind: 'refused'; id: number; code: StorageErrorCode }
  | { kind: 'threw'; id: number; name: string }
  | { kind: 'begun' | 'rolledBack'; id: number }

type Ports = Readonly<Record<string, Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>>>

const toPorts = (ports: object) => ports as Ports
const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : typeof thrown)

/**
 * Serves a store to another process, for as long as the line between them is open: the end of {@link connectToStore} that is in the child.
 *
 * @example
 * ```ts
 * // store-process.ts
 * import { createMemoryCredentialRepository, createMemoryRepositories } from '@finport/core'
 * import { serveStore } from '@finport/core/conformance'
 *
 * // Yours would open the database that process.argv[2] names.
 * serveStore({ repositories: createMemoryRepositories(), credentials: createMemoryCredentialRepository() }, process)
 * ```
 */
export function serveStore({ repositories, credentials }: StoreHandle, channel: ProcessChannel): void {
  const transactions = new Map<number, { inside: TransactionalRepositories; end(isOk: boolean): void }>()
  const answer = (message: Answer) => void channel.send?.(message)

  const call = async ({ id, transaction, port, method, parameters }: Call) => {
    const { inside = repositories } = transactions.get(transaction ?? 0) ?? {}
    const result = (await toPorts({ ...inside, credentials })[port]?.[method]?.(...parameters)) as Result<
      unknown,
      StorageError
    >
    answer(
      result.isOk() ? { kind: 'given', id, value: result.value } : { kind: 'refused', id, code: result.error.code },
    )
  }
  const begin = async (id: number) => {
    const refused = new StorageError('STORAGE_CONFLICT')
    const done = await repositories.transaction(async (inside) => {
      const isOk = await new Promise<boolean>((end) => {
        transactions.set(id, { inside, end })
        answer({ kind: 'begun', id })
      })
      return isOk ? Ok(undefined) : Err(refused)
    })
    transactions.delete(id)
    if (done.isOk()) answer({ kind: 'given', id, value: undefined })
    else answer(done.error === refused ? { kind: 'rolledBack', id } : { kind: 'refused', id, code: done.error.code })
  }

  channel.on('message', (message) => {
    const request = message as Request
    if (request.kind === 'end') transactions.get(request.id)?.end(request.isOk)
    const done = request.kind === 'call' ? call(request) : request.kind === 'begin' ? begin(request.id) : null
    done?.catch((thrown: unknown) => answer({ kind: 'threw', id: request.id, name: nameOf(thrown) }))
  })
}

/**
 * The store that another process serves by {@link serveStore}, as if it were here: handles of their own processes for `repositoryConformance` and `credentialRepositoryConformance`. Then what the kit races are processes.
 *
 * @example
 * ```ts
 * import { fork } from 'node:child_process'
 * import { connectToStore, repositoryConformance } from '@finport/core/conformance'
 *
 * const open = async () => {
 *   const path = `store-${crypto.randomUUID()}.db`
 *   const children = [1, 2, 3].map(() => fork('store-process.ts', [path], { serialization: 'advanced' }))
 *   const close = async () => {
 *     for (const child of children) child.kill()
 *   }
 *   return { handles: children.map((child) => connectToStore(child).repositories), close }
 * }
 * for (const { name, run } of repositoryConformance({ open })) console.log(name, await run())
 * ```
 */
export function connectToStore(channel: ProcessChannel): StoreHandle {
  const listeners = new Map<number, (answer: Answer) => void>()
  let last = 0
  channel.on('message', (message) => {
    const answer = message as Answer
    listeners.get(answer.id)?.(answer)
  })
  const send = (request: Request) => void channel.send?.(request)

  const call = (request: Pick<Call, 'transaction' | 'port' | 'method' | 'parameters'>) =>
    new Promise<Result<unknown, StorageError>>((resolve, reject) => {
      const id = ++last
      listeners.set(id, (answer) => {
        listeners.delete(id)
        if (answer.kind === 'given') resolve(Ok(answer.value))
        else if (answer.kind === 'refused') resolve(Err(new StorageError(answer.code)))
        else reject(new Error(`${request.port}.${request.method} threw ${'name' in answer ? answer.name : ''}`))
      })
      send({ kind: 'call', id, ...request })
    })
  /** All ports of a store: each method asks the other process. */
  const portsIn = (transaction: number | null) =>
    new Proxy(
      {},
      {
        get: (_, port: string) =>
          new Proxy(
            {},
            {
              get:
                (_, method: string) =>
                (...parameters: unknown[]) =>
                  call({ transaction, port, method, parameters }),
            },
          ),
      },
    ) as TransactionalRepositories & { credentials: CredentialRepository }

  const transaction: Repositories['transaction'] = (work) =>
    new Promise((resolve, reject) => {
      const id = ++last
      let finish = () => {}
      const attempt = async () => {
        try {
          const result = await work(portsIn(id))
          finish = () => resolve(result)
          send({ kind: 'end', id, isOk: result.isOk() })
        } catch (thrown) {
          finish = () => reject(thrown)
          send({ kind: 'end', id, isOk: false })
        }
      }
      listeners.set(id, (answer) => {
        if (answer.kind === 'begun') return void attempt()
        listeners.delete(id)
        if (answer.kind === 'refused') resolve(Err(new StorageError(answer.code)))
        else if (answer.kind === 'threw') reject(new Error(`transaction threw ${answer.name}`))
        else finish()
      })
      send({ kind: 'begin', id })
    })
  const { connections, authorizations, accounts, transactions, holdings, balances, cursors, leases, credentials } =
    portsIn(null)
  const ports = { connections, authorizations, accounts, transactions, holdings, balances, cursors, leases }
  return { repositories: { ...ports, transaction }, credentials }
}
