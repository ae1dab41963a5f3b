import { type Finport, type IsoDate, Ok, type Provider } from '@finport/core'
import { MINUTE, userId } from './app.ts'
import { type Institution, openAlpaca, openSchwab, openTodoist } from './institutions.ts'
import { codeOf, type Outcome, outcomeOf, type Scene, type Stage } from './scene.ts'

/** What follows a fault waits longer than any pause between refreshes. */
const LATER = 10 * MINUTE

async function idOf({ app }: Pick<Stage, 'app'>): Promise<string> {
  return (await app.connection())?.id ?? ''
}

/** Does something later, and once more after a login where only the user can help. */
async function repeat({ app, login }: Institution, act: Stage['act']): Promise<Outcome> {
  app.pass(LATER)
  const before = await app.connection()
  const outcome: Outcome = before?.status === 'active' ? await act() : new Set()
  const connection = await app.connection()
  if (connection?.status === 'active') return outcome
  ;(await login(connection?.status === 'expired' ? connection.id : undefined)).unwrap()
  return act()
}

type Bank = Institution & { readonly finport: Finport<Record<string, Provider>> }

/** What is done with a bank. */
type Act = (bank: Bank, connectionId: string, signal?: AbortSignal) => Promise<Outcome>

const reconnect: Act = async ({ app, login }, connectionId, signal) =>
  new Set([codeOf(app, await login(connectionId, signal))])

const refresh: Act = async ({ app, finport }, connectionId, signal) =>
  new Set([codeOf(app, await finport.connections.refresh({ userId, connectionId, signal }))])

/** Each call on its own: what one comes to is nothing to the others. */
const open: Act = async ({ app, finport }, connectionId, signal) => {
  const calls = (await app.accountIds()).slice(0, 1).flatMap((id) => [
    { name: 'fetchTransactions' as const, id },
    { name: 'fetchHoldings' as const, id },
  ])
  const outcomes = new Set<string>()
  for (const call of [{ name: 'fetchAccounts' as const, id: '' }, ...calls]) {
    const opened = await finport.connections.open({ userId, connectionId, provider: app.slug })
    // The call before has ended it.
    if (opened.isErr() && opened.error.code === 'CONNECTION_NOT_ACTIVE' && outcomes.size > 0) break
    const { fetchAccounts, ...fetches } = opened.unwrap()
    const result =
      call.name === 'fetchAccounts' ? await fetchAccounts({ signal }) : await fetches[call.name](call.id, { signal })
    const isWhole = result.isOk() && result.value.rejected.length + result.value.warnings.length === 0
    outcomes.add(result.isOk() && !isWhole ? 'partial' : codeOf(app, result))
  }
  return outcomes
}

const sync: Act = async ({ app, finport }, connectionId, signal) => {
  const onProgress = (progress: unknown) => void app.said.push(progress)
  return outcomeOf(app, await finport.sync({ userId, connectionId, signal, onProgress }))
}

const acts = { reconnect, refresh, open, sync } as const

/** A bank whose recent days are stored, with news and a past that are not. */
async function openSynced(begin: () => Bank, operation: keyof typeof acts): Promise<Stage> {
  const bank = begin()
  const { app, finport, secrets, login, change } = bank
  ;(await login()).unwrap()
  const connectionId = await idOf(bank)
  ;(await finport.sync({ userId, connectionId, startDate: '2026-02-20' as IsoDate })).unwrap()
  change()
  const act = (signal?: AbortSignal) => acts[operation](bank, connectionId, signal)
  return {
    app,
    secrets,
    act,
    again: () => repeat(bank, act),
    readAgain: async () => (operation === 'sync' ? readAgain(bank) : undefined),
    kept: () => '',
  }
}

/** All days that there are rows of. */
async function readAgain(bank: Bank): Promise<void> {
  ;(await bank.finport.sync({ userId, connectionId: await idOf(bank), startDate: '2024-01-01' as IsoDate })).unwrap()
}

/** A user who has never been here, and what shows that the login was good. */
async function openFirst<T extends Institution>(
  institution: T,
  show: (institution: T) => Promise<Outcome>,
): Promise<Stage> {
  const { app, secrets, login } = institution
  return {
    ...{ app, secrets },
    act: async (signal) => new Set([codeOf(app, await login(undefined, signal))]),
    again: () => repeat(institution, () => show(institution)),
    readAgain: async () => {},
    kept: () => '',
  }
}

const showBank = async (bank: Bank) =>
  outcomeOf(bank.app, await bank.finport.sync({ userId, connectionId: await idOf(bank), include: ['accounts'] }))

/** A Todoist whose tasks the host has, with news. */
async function openTasks(operation: 'feed' | 'act' | 'disconnect'): Promise<Stage> {
  const institution = openTodoist()
  const { app, finport, secrets, server, login, change } = institution
  ;(await login()).unwrap()
  const tasks = new Map<string, string>()
  const feed = async (signal?: AbortSignal): Promise<Outcome> => {
    const fed = await finport.feed({
      ...{ userId, connectionId: await idOf(institution), signal },
      async onPage({ changes }) {
        for (const change of changes as { type: string; taskId: string; task: { id: string } }[]) {
          if (change.type === 'reset') tasks.clear()
          if (change.type === 'task') tasks.set(change.task.id, JSON.stringify(change.task))
          if (change.type === 'task_removed') tasks.delete(change.taskId)
        }
        return Ok(undefined)
      },
    })
    if (fed.isOk()) app.said.push(fed.value)
    return new Set([fed.isOk() && fed.value.rejected > 0 ? 'partial' : codeOf(app, fed)])
  }
  await feed()
  change()
  const complete = async (signal?: AbortSignal): Promise<Outcome> => {
    const request = { userId, connectionId: await idOf(institution), provider: 'todoist' } as const
    const opened = (await finport.connections.open(request)).unwrap()
    const commandId = '8a7d2f8e-6c41-4d3b-9a55-0f2f6f1b7c10'
    return new Set([codeOf(app, await opened.act({ type: 'complete_task', taskId: 't-3', commandId }, { signal }))])
  }
  const disconnect = async (signal?: AbortSignal): Promise<Outcome> => {
    const ended = await finport.connections.disconnect({ userId, connectionId: await idOf(institution), signal })
    return new Set([ended.isOk() ? ended.value.revocation : codeOf(app, ended)])
  }
  const act = { feed, act: complete, disconnect }[operation]
  return {
    ...{ app, secrets, act },
    again: () =>
      repeat(institution, async () => {
        if (operation === 'act') await complete()
        return feed()
      }),
    readAgain: async () => {},
    kept: () => JSON.stringify([[...tasks].sort(), server.completedTasks()]),
  }
}

const banks: Readonly<Record<'Alpaca' | 'Schwab', () => Bank>> = { Alpaca: openAlpaca, Schwab: openSchwab }

/** Everything that is done. */
export const scenes: readonly Scene[] = [
  { operation: 'connect', institution: 'Alpaca', open: () => openFirst<Bank>(openAlpaca(), showBank) },
  { operation: 'connect', institution: 'Schwab', open: () => openFirst<Bank>(openSchwab(), showBank) },
  {
    operation: 'connect',
    institution: 'Todoist',
    open: () => openFirst(openTodoist(), async () => new Set(['ok'])),
  },
  ...(['reconnect', 'open', 'sync'] as const).flatMap((operation) =>
    (['Alpaca', 'Schwab'] as const).map((institution) => ({
      operation,
      institution,
      open: () => openSynced(banks[institution], operation),
    })),
  ),
  { operation: 'refresh', institution: 'Schwab', open: () => openSynced(openSchwab, 'refresh') },
  ...(['feed', 'act', 'disconnect'] as const).map((operation) => ({
    operation,
    institution: 'Todoist' as const,
    open: () => openTasks(operation),
  })),
]
