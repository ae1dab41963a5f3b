/** The thread that watches `fuzz.ts`: when an input takes too long, it writes it down and ends the process. */
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'

const PATIENCE_MILLISECONDS = 60_000
const STANDARD_ERROR = 2

const { shared, folder } = workerData as { shared: SharedArrayBuffer; folder: string }
const heartbeat = new Int32Array(shared, 0, 2)

for (;;) {
  const seen = Atomics.load(heartbeat, 0)
  if (Atomics.wait(heartbeat, 0, seen, PATIENCE_MILLISECONDS) !== 'timed-out' || Atomics.load(heartbeat, 0) !== seen) {
    continue
  }
  if (seen === 0) continue
  const path = join(folder, `input-${seen}.json`)
  writeFileSync(path, new Uint8Array(shared, 8, Atomics.load(heartbeat, 1)).slice())
  // A worker's console goes through the thread that hangs.
  writeSync(STANDARD_ERROR, `FAILURE at input ${seen}: it hangs\n    ${path}\n`)
  process.kill(process.pid, 'SIGKILL')
}
