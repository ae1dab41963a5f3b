import { entriesOf } from '../../../scripts/packages/consumer-project.ts'
import type { Tarball } from '../../../scripts/packages/tarballs.ts'

/** What is installed together, in a folder of its own. */
export type Installation = {
  name: string
  /** What npm is asked for. */
  specifiers: readonly string[]
}

/** What is imported from an installation, in a process of its own. */
export type ImportContestant = { name: string; installation: Installation; modules: readonly string[] }

const installationOf = (name: string, specifier: string): Installation => ({ name, specifiers: [specifier] })

export const alpaca = installationOf('@alpacahq/alpaca-trade-api', '@alpacahq/alpaca-trade-api@4.0.2')
export const plaid = installationOf('plaid', 'plaid@47.0.0')
const schwab = installationOf('@sudowealth/schwab-api', '@sudowealth/schwab-api@2.1.1')

const standsOnKysely = ({ manifest }: Tarball) => manifest.peerDependencies?.kysely !== undefined
const pathsOf = (tarballs: readonly Tarball[]) => tarballs.map(({ path }) => path)

/** Entries for tests: an app that serves users does not load them. */
const TEST_KIT = /\/(?:conformance|sandbox)(?:\/|$)/
/** Entries that stand on an optional peer, which is not installed here. */
const OF_OPTIONAL_PEER = /\/msw$/

export const EMPTY = 'empty node'
export const CORE = 'finport, core'
export const EVERYTHING = 'finport, everything'
export const FINPORT = 'finport'

/** What is installed, and what is imported of it. Finport is all its packages but storage on Kysely, which counts apart. */
export function contestantsOf(tarballs: readonly Tarball[]): {
  installations: readonly Installation[]
  imports: readonly ImportContestant[]
} {
  const ours = tarballs.filter((tarball) => !standsOnKysely(tarball))
  const finport: Installation = { name: FINPORT, specifiers: pathsOf(ours) }
  const withKysely = tarballs.some(standsOnKysely)
    ? [{ name: 'finport with storage on Kysely', specifiers: pathsOf(tarballs) }]
    : []
  const entries = entriesOf(ours).filter((entry) => !OF_OPTIONAL_PEER.test(entry))
  const forApps = entries.filter((entry) => !TEST_KIT.test(entry))
  return {
    installations: [finport, ...withKysely, alpaca, plaid, schwab],
    imports: [
      { name: EMPTY, installation: finport, modules: [] },
      { name: CORE, installation: finport, modules: ['@finport/core'] },
      { name: EVERYTHING, installation: finport, modules: forApps },
      { name: 'finport, its kits for tests too', installation: finport, modules: entries },
      ...[alpaca, plaid, schwab].map((installation) => ({
        ...installation,
        installation,
        modules: [installation.name],
      })),
    ],
  }
}
