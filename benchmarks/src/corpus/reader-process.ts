import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ReaderName } from './readers.ts'
import { emptyReading, type Reading } from './reading.ts'

const PATIENCE_MILLISECONDS = 5_000
const childScript = join(import.meta.dirname, 'run-reader.ts')

/** A reader in another process. */
export type ReaderProcess = {
  /** Reads a file; a reader that hangs or dies has a problem, and the next file gets a new one. */
  read(path: string): Promise<Reading>
  end(): void
}

async function start(name: ReaderName): Promise<ChildProcess> {
  const child = fork(childScript, [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  return child
}

/** Asks for a file; what comes first counts. */
async function ask(child: ChildProcess, path: string): Promise<Reading> {
  const answered = new AbortController()
  const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)])
  const answer = once(child, 'message', { signal }).then(([reading]) => reading as Reading)
  const death = once(child, 'exit', { signal }).then(() => ({ ...emptyReading(), problem: 'it died' }))
  // Whatever loses the race is aborted, which rejects it.
  answer.catch(() => {})
  death.catch(() => {})
  try {
    child.send(path)
    return await Promise.race([answer, death])
  } catch {
    child.kill('SIGKILL')
    return { ...emptyReading(), problem: `it hung for ${PATIENCE_MILLISECONDS / 1000} s` }
  } finally {
    answered.abort()
  }
}

/** A reader that starts with the first file. */
export function createReaderProcess(name: ReaderName): ReaderProcess {
  let child: ChildProcess | null = null
  return {
    async read(path) {
      if (child === null || child.killed || child.exitCode !== null) child = await start(name)
      return ask(child, path)
    },
    end() {
      child?.kill()
    },
  }
}
