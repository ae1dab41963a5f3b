import { mkdirSync, realpathSync } from 'node:fs'
import { type Dialect, PGliteDialect, type PGliteDialectConfig, PGliteDriver } from 'kysely'
import { isBusy } from './failure.ts'

/** How to use PGlite: see {@link createPGliteDialect}. */
export type PGliteDialectOptions = {
  /** The folder the database is in. It is made if there is none. */
  dataDir: string
  /** Opens PGlite there: `(dataDir) => PGlite.create(dataDir)`. */
  open(dataDir: string): Promise<PGliteInstance>
}

/** As much of PGlite as Kysely needs. */
export type PGliteInstance = Exclude<PGliteDialectConfig['pglite'], (...parameters: never[]) => unknown>

/**
 * Locks a folder against all others. SQLite locks a file beside it by the operating system, which unlocks it when the process ends, however it ends: a file with the number of a process would have to be believed.
 */
function lockFolder(dataDir: string): () => void {
  const sqlite = process.getBuiltinModule('node:sqlite')
  if (sqlite === undefined) throw new TypeError('Node 22.13 or newer is needed to lock the folder of PGlite.')
  mkdirSync(dataDir, { recursive: true })
  const lock = new sqlite.DatabaseSync(`${realpathSync(dataDir)}.lock`)
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new Error(`The PGlite folder ${dataDir} is open already. It is for one process: use PostgreSQL for several.`)
  }
  return () => lock.close()
}

/** A lock that is held until it is given back, and may be taken again. */
class FolderLock {
  readonly #dataDir: string
  #unlock: (() => void) | null = null

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  take(): void {
    this.#unlock ??= lockFolder(this.#dataDir)
  }

  giveBack(): void {
    this.#unlock?.()
    this.#unlock = null
  }
}

class LockingDriver extends PGliteDriver {
  readonly #lock: FolderLock

  constructor(config: PGliteDialectConfig, lock: FolderLock) {
    super(config)
    this.#lock = lock
  }

  /** What could not be opened is not destroyed: Kysely begins anew with the next query. */
  override async init(...options: Parameters<PGliteDriver['init']>): Promise<void> {
    this.#lock.take()
    try {
      await super.init(...options)
    } catch (error) {
      this.#lock.giveBack()
      throw error
    }
  }

  override async destroy(): Promise<void> {
    await super.destroy()
    this.#lock.giveBack()
  }
}

/**
 * Kysely's dialect for PGlite in a folder, locked until `destroy()` of Kysely, PGlite not opening, or the end of the process: PGlite itself lets a second process in, and each then overwrites what the other wrote. PGlite in memory needs no lock: use
 * Kysely's own `PGliteDialect` for it.
 *
 * @throws Error when the folder is open already, in this process or another.
 *
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite'
 * import { createPGliteDialect, type FinportTables } from '@finport/storage-kysely'
 * import { Kysely } from 'kysely'
 *
 * const dialect = createPGliteDialect({ dataDir: 'finport-data', open: (dataDir) => PGlite.create(dataDir) })
 * export const db = new Kysely<FinportTables>({ dialect })
 * ```
 */
export function createPGliteDialect({ dataDir, open }: PGliteDialectOptions): Dialect {
  const lock = new FolderLock(dataDir)
  lock.take()
  const config: PGliteDialectConfig = { pglite: () => open(dataDir) }
  const base = new PGliteDialect(config)
  return {
    createDriver: () => new LockingDriver(config, lock),
    createAdapter: () => base.createAdapter(),
    createQueryCompiler: () => base.createQueryCompiler(),
    createIntrospector: (db) => base.createIntrospector(db),
  }
}
