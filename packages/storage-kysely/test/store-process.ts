/** A process that opens whatever store it is told of, and serves it to its parent. */
import { serveStore } from '@finport/core/conformance'
import { type Handle, openHandle, type StoreAddress } from './stores.ts'

let handle: Handle | null = null

const current = () => {
  if (handle === null) throw new Error('No store was opened yet.')
  return handle
}

process.on('message', async ({ kind, address }: { kind: string; address: StoreAddress | null }) => {
  if (kind !== 'open') return
  await handle?.db.destroy()
  handle = address === null ? null : openHandle(address)
  process.send?.({ kind: 'opened', id: 0 })
})

serveStore(
  {
    get repositories() {
      return current().repositories
    },
    get credentials() {
      return current().credentials
    },
  },
  process,
)
