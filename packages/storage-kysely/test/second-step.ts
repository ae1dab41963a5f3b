import { sql } from 'kysely'
import type { FinportMigration } from '../src/index.ts'
import { migrations } from '../src/index.ts'

/** The steps of a version that is to come: a column that is filled, and a table. */
export const nextMigrations = {
  ...migrations,
  '0002': {
    async up(db) {
      await sql`alter table finport_accounts add column nickname text`.execute(db)
      await sql`update finport_accounts set nickname = name`.execute(db)
      await sql`create table finport_labels (id text not null primary key)`.execute(db)
    },
  },
} as const satisfies Record<string, FinportMigration>

/** Steps of which the last one fails in its middle. */
export const failingMigrations = {
  ...migrations,
  '0002': {
    async up(db) {
      await sql`create table finport_labels (id text not null primary key)`.execute(db)
      await sql`alter table finport_nothing add column nickname text`.execute(db)
    },
  },
} as const satisfies Record<string, FinportMigration>
