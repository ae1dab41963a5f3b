/** A process that opens one store after the other, as it is told, and serves it to its parent. */
import { EventEmitter } from 'node:events'
import { serveStore } from '@finport/core/conformance'
import { type Handle, openHandle, type StoreAddress } from './stores.ts'

let handle: Handle | null = null
let line = new EventEmitter()

process.on('message', async (message: { open?: StoreAddress } | { shut?: true }) => {
  if ('open' in message && message.open !== undefined) {
    handle = openHandle(message.open)
    line = new EventEmitter()
    const current = line
    serveStore(handle, {
      send: (answer) => process.send?.(answer),
      on: (event, hear) => current.on(event, hear),
    })
    process.send?.('opened')
  } else if ('shut' in message) {
    await handle?.db.destroy()
    process.send?.('shut')
  } else line.emit('message', message)
})
