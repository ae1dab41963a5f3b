/**
 * One reader in a process of its own, which can be ended when it hangs: it is sent paths and sends readings.
 *
 *     node benchmarks/src/corpus/run-reader.ts <reader>
 */
import { readerNames, readers } from './readers.ts'
import { emptyReading, type Reader, type Reading } from './reading.ts'

const name = readerNames.find((known) => known === process.argv[2])
if (name === undefined || process.send === undefined) throw new Error('A reader and a parent process are needed.')
const send: (message: Reading | 'ready') => void = process.send.bind(process)

async function readSafely(read: Reader, path: string): Promise<Reading> {
  try {
    return await read(path)
  } catch (error) {
    return { ...emptyReading(), problem: error instanceof Error ? error.message : String(error) }
  }
}

const read = await readers[name]()
process.on('message', async (path) => send(await readSafely(read, String(path))))
send('ready')
