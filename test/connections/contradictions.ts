import type { Connection } from '@finport/core'
import type { createHost } from './host.ts'

const isInUse = ({ status }: Connection) => status === 'active' || status === 'expired'

/** What of the stored connections does not hold together: credentials that nobody would forget, a connection without any, two of the same accounts, or the credentials of other accounts. */
export async function contradictionsIn(host: ReturnType<typeof createHost>, userId = 'user-1'): Promise<string[]> {
  const found: string[] = []
  const connections = (await host.connections.list({ userId })).unwrap()
  const owners = new Map<string, string>()
  for (const connection of connections) {
    const { id, provider, status } = connection
    const isKept = (await host.credentials.find(id)).unwrap()?.credentials != null
    if (isKept && !isInUse(connection)) found.push(`A connection that is ${status} has credentials.`)
    if (!isKept && status === 'active') found.push('An active connection has no credentials.')
    const stored = (await host.repositories.accounts.listByConnection(id)).unwrap()
    const ids = stored.map(({ providerAccountId }) => providerAccountId)
    for (const account of isInUse(connection) ? ids : []) {
      const owner = `${provider} ${account}`
      if (owners.has(owner)) found.push(`Two connections have the account ${account}.`)
      owners.set(owner, id)
    }
    if (status !== 'active' || !isKept) continue
    const opened = (await host.connections.open({ userId, connectionId: id })).unwrap()
    const told = await opened.fetchAccounts()
    // What the institution no longer takes expires the connection: that is no contradiction.
    if (told.isErr()) continue
    const reached = told.value.items.map(({ providerAccountId }) => providerAccountId)
    if (!ids.every((account) => reached.includes(account)))
      found.push(`The credentials of ${reached} are kept for ${ids}.`)
  }
  return found
}
