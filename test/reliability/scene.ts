import type { FinportError, Result, SyncReport } from '@finport/core'
import type { App } from './app.ts'

/** What came of something that was done: codes of errors; `ok` for what is whole, `partial` for what is less and says so without an error. */
export type Outcome = ReadonlySet<string>

/** The moment before users or jobs do something with an institution. */
export type Stage = {
  readonly app: App
  /** Everything that must not show. */
  readonly secrets: ReadonlySet<string>
  /** Does it. */
  act(signal?: AbortSignal): Promise<Outcome>
  /** Does it again when the fault is over, after a login where the connection is not active. */
  again(): Promise<Outcome>
  /** Asks for everything again that may have been left out, where that can be asked for. */
  readAgain(): Promise<void>
  /** What the host keeps itself, of what it was handed. */
  kept(): string
}

/** Something that users or jobs do with an institution. */
export type Scene = {
  readonly operation: 'connect' | 'reconnect' | 'refresh' | 'open' | 'act' | 'sync' | 'feed' | 'disconnect'
  readonly institution: 'Alpaca' | 'Schwab' | 'Todoist'
  open(): Promise<Stage>
}

/** What a result came to. What is in an error goes where secrets are looked for. */
export function codeOf({ said }: App, result: Result<unknown, FinportError>): string {
  if (result.isOk()) return 'ok'
  said.push(result.error)
  return result.error.code
}

/** What a sync came to, as a whole or in parts. */
export function outcomeOf(app: App, result: Result<SyncReport, FinportError>): Outcome {
  if (result.isErr()) return new Set([codeOf(app, result)])
  app.said.push(result.value)
  const { accounts, rejected, warnings } = result.value
  const isWhole = accounts.every((account) => account.outcome === 'complete' && account.warnings.length === 0)
  const codes = accounts.flatMap(({ error }) => (error === null ? [] : [error.code]))
  return new Set(codes.length > 0 ? codes : [isWhole && rejected.length + warnings.length === 0 ? 'ok' : 'partial'])
}
