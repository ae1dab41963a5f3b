import { Err, type FinportError, Ok, type Result, StorageError } from '@finport/core'
import { type Kysely, sql } from 'kysely'
import { failureOf } from './failure.ts'
import type { Family } from './family.ts'
import type { FinportTables } from './schema.ts'

/** A database, or a transaction in it. */
export type Database = Kysely<FinportTables>

/** How repositories reach their database, outside of a transaction or inside of one. */
export type Session = {
  readonly family: Family
  /** The text of statements that were made already, by what they are for: the same outside and inside. */
  readonly statements: Map<string, string>
  /** Does one statement that breaks no constraint. */
  run<T>(work: (db: Database) => Promise<T>): Promise<Result<T, StorageError>>
  /** Does one statement. A broken constraint is `STORAGE_CONFLICT`. */
  runGuarded<T>(work: (db: Database) => Promise<T>): Promise<Result<T, StorageError>>
  /** Does several statements, all or none of them. A broken constraint is `STORAGE_CONFLICT`. */
  runAtomically<T>(work: (db: Database) => Promise<T>): Promise<Result<T, StorageError>>
}

const ATTEMPTS = 20
const LONGEST_PAUSE_MILLISECONDS = 100

/** Longer from time to time, and never the same for two who clash. */
const pauseAfter = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MILLISECONDS, 2 ** attempt)))

/** Does work that gives nothing away before it is done, and again when it clashed with others. */
export async function retried<T>(work: () => Promise<T>): Promise<Result<T, StorageError>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return Ok(await work())
    } catch (error) {
      const failure = failureOf(error)
      if (failure === 'conflict') return Err(new StorageError('STORAGE_CONFLICT'))
      if (failure === 'failed' || attempt === ATTEMPTS) return Err(new StorageError('STORAGE_UNAVAILABLE'))
      await pauseAfter(attempt)
    }
  }
}

/** Outside of a transaction. */
export function createSession(db: Database, family: Family): Session {
  const run = <T>(work: (db: Database) => Promise<T>) => retried(() => work(db))
  return {
    family,
    statements: new Map(),
    run,
    runGuarded: run,
    runAtomically: (work) => retried(() => db.transaction().execute(work)),
  }
}

/** A session inside of a transaction. */
type InnerSession = Session & {
  /** Waits for all that was begun. @throws what the database said, when the transaction can't be committed because of it. */
  assertWhole(): Promise<void>
}

function createInnerSession(db: Database, { family, statements }: Session): InnerSession {
  let last: Promise<unknown> = Promise.resolve()
  let broken: { error: unknown } | null = null

  /** One after the other: what is between a savepoint and its release belongs together. */
  const inTurn = <T>(work: () => Promise<Result<T, StorageError>>) => {
    const turn = last.then(work)
    last = turn
    return turn
  }
  const breakWith = (error: unknown) => {
    broken ??= { error }
    return Err(new StorageError('STORAGE_UNAVAILABLE'))
  }

  /** After an error, PostgreSQL takes nothing but going back. */
  const withSavepoint = async <T>(work: (db: Database) => Promise<T>): Promise<Result<T, StorageError>> => {
    await sql`savepoint finport`.execute(db)
    const outcome = await work(db).then(
      (value) => Ok(value),
      async (error: unknown) => {
        if (failureOf(error) !== 'conflict') throw error
        await sql`rollback to savepoint finport`.execute(db)
        return Err(new StorageError('STORAGE_CONFLICT'))
      },
    )
    await sql`release savepoint finport`.execute(db)
    return outcome
  }
  const runAtomically = <T>(work: (db: Database) => Promise<T>) => inTurn(() => withSavepoint(work).catch(breakWith))

  return {
    family,
    statements,
    run: (work) => inTurn(() => work(db).then((value) => Ok(value), breakWith)),
    runGuarded: runAtomically,
    runAtomically,
    async assertWhole() {
      await last
      if (broken !== null) throw broken.error
    },
  }
}

/** Does work in a transaction: see `Repositories.transaction`. */
export async function inTransaction<T, E extends FinportError>(
  db: Database,
  outer: Session,
  work: (session: Session) => Promise<Result<T, E>>,
): Promise<Result<T, E | StorageError>> {
  const done = await retried(async () => {
    const rolledBack = new Error('Rolled back.')
    let end: (() => Result<T, E>) | null = null
    try {
      await db.transaction().execute(async (transaction) => {
        const session = createInnerSession(transaction, outer)
        let isWanted = false
        try {
          const result = await work(session)
          isWanted = result.isOk()
          end = () => result
        } catch (mistake) {
          end = () => {
            throw mistake
          }
        }
        await session.assertWhole()
        if (!isWanted) throw rolledBack
      })
    } catch (error) {
      if (error !== rolledBack) throw error
    }
    return end as unknown as () => Result<T, E>
  })
  return done.isOk() ? done.value() : done
}
