/** Begins a night now. In the sandbox, its users are connected first. */
import { readConfiguration } from './configuration.ts'
import { open } from './open.ts'
import { FAN_OUT_QUEUE, type FanOutJob } from './queues.ts'

const { boss, store, finport, sandbox } = await open(readConfiguration(process.env))
await sandbox?.connectUsers(finport)
const everything: FanOutJob = { after: null }
await boss.send(FAN_OUT_QUEUE, everything)
await boss.stop()
await store.close()
console.log('All active connections will be synced by the workers that run, or by the next one: npm start')
