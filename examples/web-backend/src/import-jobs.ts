import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, Readable, Transform } from 'node:stream'
import { pipeline as pipelineEnd } from 'node:stream/promises'
import type { ImportFile } from '@finport/core'
import type { AppFinport, AppProviders } from './finport.ts'
import { type ImportEvent, type ImportedAccount, LARGEST_FILE_BYTES } from './page/import-event.ts'
import { toProblem } from './page/problem.ts'

/** Is told what becomes of a file, and `null` when it is gone. */
type Listener = (event: ImportEvent | null) => void

/** A file that a user gave, and what became of it so far. */
type Job = {
  id: string
  userId: string
  fileName: string
  path: string
  size: number
  /** The account of a file that does not name it. */
  accountId: string | undefined
  /** What was told last: who comes later is told this first. */
  last: ImportEvent
  listeners: Set<Listener>
  isBusy: boolean
  endsAt: number
}

export type ImportJobsParts = {
  finport: AppFinport
  providers: AppProviders
  /** Where files wait. */
  folder: string
  now: () => number
  /** Is told of what nobody expected. */
  onError: (error: Error) => void
}

const LIFE_MILLISECONDS = 15 * 60_000
const JOBS_PER_USER = 5

class TooLargeError extends Error {}

/** Of a file that broke off, nobody is there any more to be told. */
type Taken = { id: string } | { refused: 'too-large' | 'broken-off' }

/** Files on their way: kept in a folder until they are imported or given up. In this process alone; behind several servers, keep jobs in a queue. */
export function createImportJobs({ finport, providers, folder, now, onError }: ImportJobsParts) {
  const jobs = new Map<string, Job>()
  // What an earlier run left behind belongs to no job.
  rmSync(folder, { recursive: true, force: true })

  async function discard(job: Job): Promise<void> {
    jobs.delete(job.id)
    for (const listener of job.listeners) listener(null)
    await rm(job.path, { force: true })
  }

  /** Lets files go that have waited too long. */
  async function sweep(): Promise<void> {
    for (const job of [...jobs.values()]) if (job.endsAt <= now() && !job.isBusy) await discard(job)
  }

  /** Lets the oldest files of a user go when there are too many. */
  async function makeRoom(userId: string): Promise<void> {
    const own = [...jobs.values()].filter((job) => job.userId === userId)
    const old = own.slice(0, Math.max(0, own.length - JOBS_PER_USER + 1))
    for (const job of old) if (!job.isBusy) await discard(job)
  }

  function tell(job: Job, event: ImportEvent): void {
    job.last = event
    for (const listener of job.listeners) listener(event)
  }

  /** Opens the file, as often as it is read, and tells how much of it has been. */
  function toFile(job: Job): ImportFile {
    let told = 0
    const open = () => {
      let read = 0
      const counted = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          read += chunk.length
          const share = read / job.size
          if (share - told >= 0.02) {
            told = share
            tell(job, { type: 'progress', share })
          }
          done(null, chunk)
        },
      })
      // Whoever reads is told of errors, and whoever stops reading closes the file.
      return pipeline(createReadStream(job.path), counted, () => {})
    }
    return { fileName: job.fileName, fileContent: open }
  }

  /** What the file calls its accounts. */
  async function readNames(job: Job, slug: string, accountId: string | undefined): Promise<Map<string, string>> {
    const provider = providers.get(slug)
    if (provider.isErr()) return new Map()
    const fileContent = () => createReadStream(job.path)
    const file = { type: 'file_import', fileName: job.fileName, fileContent, accountId }
    const credentials = provider.value.parseCredentials(file)
    if (credentials.isErr()) return new Map()
    const accounts = await provider.value.fetchAccounts(credentials.value)
    return new Map(accounts.isErr() ? [] : accounts.value.items.map((one) => [one.providerAccountId, one.name]))
  }

  async function work(job: Job, { accountId, dryRun }: { accountId: string | undefined; dryRun: boolean }) {
    tell(job, { type: 'progress', share: 0 })
    const { userId } = job
    // A preview that was given an account is imported into it as well.
    job.accountId = accountId ?? job.accountId
    const report = await finport.importFile({ userId, file: toFile(job), accountId: job.accountId, dryRun })
    if (report.isErr()) return tell(job, { type: 'failed', problem: toProblem(report.error) })
    const { provider, format } = report.value
    const names = await readNames(job, provider, job.accountId)
    const accounts = report.value.accounts.map(
      ({ providerAccountId, added, modified, unchanged, rejected, warnings, error }): ImportedAccount => ({
        name: names.get(providerAccountId) ?? providerAccountId,
        added,
        modified,
        unchanged,
        rejected: rejected.length,
        warnings: [...(error === null ? [] : [error]), ...warnings].map(({ message }) => message),
      }),
    )
    const rejected = report.value.rejected.length
    const warnings = report.value.warnings.map(({ message }) => message)
    tell(job, { type: dryRun ? 'preview' : 'imported', provider, format, accounts, rejected, warnings })
  }

  return {
    sweep,

    /** Takes a file, and begins to find out what importing it would do. */
    async add(userId: string, fileName: string, content: ReadableStream<Uint8Array>): Promise<Taken> {
      await sweep()
      await makeRoom(userId)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const id = randomUUID()
      // The name a user gave is no part of a path.
      const path = join(folder, id)
      let size = 0
      const limited = new Transform({
        transform(chunk: Uint8Array, _encoding, done) {
          size += chunk.length
          done(size > LARGEST_FILE_BYTES ? new TooLargeError() : null, chunk)
        },
      })
      try {
        const source = Readable.fromWeb(content as Parameters<typeof Readable.fromWeb>[0])
        await pipelineEnd(source, limited, createWriteStream(path, { mode: 0o600 }))
      } catch (error) {
        await rm(path, { force: true })
        if (error instanceof TooLargeError) return { refused: 'too-large' }
        if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return { refused: 'broken-off' }
        throw error
      }
      jobs.set(id, {
        id,
        userId,
        fileName,
        path,
        size,
        accountId: undefined,
        last: { type: 'progress', share: 0 },
        listeners: new Set(),
        isBusy: false,
        endsAt: now() + LIFE_MILLISECONDS,
      })
      return { id }
    },

    /** Tells what an import would do, or does it. False when there is no such job of this user's that waits. */
    run(userId: string, id: string, options: { accountId: string | undefined; dryRun: boolean }): boolean {
      const job = jobs.get(id)
      if (job === undefined || job.userId !== userId || job.isBusy) return false
      job.isBusy = true
      const done = async () => {
        try {
          await work(job, options)
        } catch (error) {
          onError(error as Error)
          tell(job, { type: 'failed', problem: toProblem({ code: 'UNEXPECTED' }) })
        }
        job.isBusy = false
        if (job.last.type === 'imported') await discard(job)
      }
      void done()
      return true
    },

    /** Every event of a job from now on, after the last one there was. */
    listen(userId: string, id: string, listener: Listener): (() => void) | null {
      const job = jobs.get(id)
      if (job === undefined || job.userId !== userId) return null
      listener(job.last)
      job.listeners.add(listener)
      return () => job.listeners.delete(listener)
    },

    async remove(userId: string, id: string): Promise<void> {
      const job = jobs.get(id)
      if (job !== undefined && job.userId === userId && !job.isBusy) await discard(job)
    },
  }
}

export type ImportJobs = ReturnType<typeof createImportJobs>
