/** Opens a folder of PGlite and stays: `node hold-folder.ts <folder>`. */
import { createPGliteDialect } from '../src/index.ts'

const dialect = createPGliteDialect({
  dataDir: process.argv[2] ?? '',
  open: () => Promise.reject(new Error('not reached')),
})
process.on('message', () => dialect)
process.send?.('held')
