import { readConfiguration } from './configuration.ts'
import { open } from './open.ts'
import { FAN_OUT_QUEUE } from './queues.ts'
import { startWorker } from './worker.ts'

const configuration = readConfiguration(process.env)
const { concurrency, isLive, night } = configuration
const parts = await open(configuration)
const worker = await startWorker({
  ...parts,
  concurrency,
  onOutcome: ({ connectionId }, outcome) => console.log(JSON.stringify({ connectionId, ...outcome })),
})

// Every worker says so, and each night begins once: pg-boss sees to that.
await parts.boss.schedule(FAN_OUT_QUEUE, night.cron, { after: null }, { tz: night.timeZone })
console.log(`Nights begin at '${night.cron}', ${night.timeZone}${isLive ? '' : ' (sandbox: nothing there is real)'}.`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    console.log('Ending what is in work.')
    void worker.stop()
  })
}
