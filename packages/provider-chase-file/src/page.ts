import type { SnapshotPage } from '@finport/core'

/** A page with nothing on it. */
export function emptyPage(): SnapshotPage {
  return { accounts: [], transactions: [], holdings: [], rejected: [], warnings: [], completed: [] }
}
