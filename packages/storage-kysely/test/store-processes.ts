import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { connectToStore, type StoreHandle } from '@finport/core/conformance'
import { createStore, type StoreAddress } from './stores.ts'

type StoreProcess = {
  open(address: StoreAddress): Promise<StoreHandle>
  shut(): Promise<void>
  end(): void
}

function startProcess(): StoreProcess {
  const child: ChildProcess = fork(join(import.meta.dirname, 'store-process.ts'), { serialization: 'advanced' })
  let line = new EventEmitter()
  child.on('message', (message) => line.emit(typeof message === 'string' ? message : 'message', message))
  const tell = (message: object, answer: string) =>
    new Promise((resolve, reject) => {
      line.once(answer, resolve)
      child.once('exit', () => reject(new Error('The process of a store ended.')))
      child.send(message)
    })
  return {
    async open(address) {
      line = new EventEmitter()
      const current = line
      await tell({ open: address }, 'opened')
      return connectToStore({
        send: (message) => child.send(message),
        on: (event, hear) => current.on(event, hear),
      })
    },
    shut: async () => void (await tell({ shut: true }, 'shut')),
    end: () => void child.kill(),
  }
}

/** Processes that open the same stores, one after the other. */
export function startProcesses(count: number) {
  const processes = Array.from({ length: count }, startProcess)
  return {
    /** Opens an empty store in each of them. */
    async open(kind: StoreAddress['kind']): Promise<{ handles: StoreHandle[]; close(): Promise<void> }> {
      const { address, remove } = await createStore(kind)
      const handles = await Promise.all(processes.map((process) => process.open(address)))
      return {
        handles,
        async close() {
          await Promise.all(processes.map((process) => process.shut()))
          await remove()
        },
      }
    },
    end() {
      for (const process of processes) process.end()
    },
  }
}
