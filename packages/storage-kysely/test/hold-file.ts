/** Has a file of SQLite to itself until it is told to let go: `node hold-file.ts <path>`. */
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

const [place = ''] = process.argv.slice(2)
const database = new DatabaseSync(place)
database.exec('create table others (id integer); begin exclusive')
process.send?.('ready')
await once(process, 'message')
database.close()
process.disconnect()
