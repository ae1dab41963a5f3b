/** Migrates a store to the next version as soon as it is told to: `node migrate-process.ts <kind> <place>`. */
import { once } from 'node:events'
import { applyMigrations } from '../src/migrate.ts'
import { nextMigrations } from './second-step.ts'
import { openHandle, type StoreAddress } from './stores.ts'

const [kind, place] = process.argv.slice(2) as [StoreAddress['kind'], string]
process.send?.('ready')
await once(process, 'message')
const { db } = openHandle({ kind, place })
const report = await applyMigrations(db, nextMigrations)
process.send?.(report.isOk() ? report.value.applied : report.error.code)
await db.destroy()
process.disconnect()
