/** What a database's error means: a constraint broken, a clash that trying again mends, or anything else. */
export type Failure = 'conflict' | 'clash' | 'failed'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, and the names that better-sqlite3 gives. */
const failures: Readonly<Record<string, Failure>> = {
  '23505': 'conflict',
  '40001': 'clash',
  '40P01': 'clash',
  SQLITE_CONSTRAINT_UNIQUE: 'conflict',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'conflict',
}

/** https://www.sqlite.org/rescode.html: what node:sqlite gives. */
const SQLITE_CONSTRAINT_UNIQUE = 2067
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555
const SQLITE_BUSY = 5

/** Whether SQLite could not do it because somebody else was writing. */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return (errcode & 0xff) === SQLITE_BUSY
  return typeof code === 'string' && code.startsWith('SQLITE_BUSY')
}

/** What an error of a driver means. */
export function failureOf(error: unknown): Failure {
  if (isBusy(error)) return 'clash'
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  if (errcode === SQLITE_CONSTRAINT_UNIQUE || errcode === SQLITE_CONSTRAINT_PRIMARYKEY) return 'conflict'
  return (typeof code === 'string' && Object.hasOwn(failures, code) && failures[code]) || 'failed'
}
