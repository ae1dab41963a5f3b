import type { Tally } from '../inputs/tally.ts'

/** A way to read a file. Opening it is not timed, calling what that gives is. `null`: it finds no transactions, on purpose. */
export type Contestant = (path: string) => Promise<() => Promise<Tally | null>>
