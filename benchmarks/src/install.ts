/**
 * How much Finport is on a disk and what importing it costs, beside other SDKs for financial accounts, in one run.
 *
 *     pnpm bench:install [--rounds 15]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packTarballs } from '../../scripts/packages/tarballs.ts'
import {
  alpaca,
  CORE,
  contestantsOf,
  EMPTY,
  EVERYTHING,
  FINPORT,
  type Installation,
  plaid,
} from './install/contestants.ts'
import { runImportRounds } from './install/import-rounds.ts'
import { type Installed, installAll } from './install/install-all.ts'
import { renderFigure } from './render-figure.ts'
import { renderTable } from './table.ts'

const MEGABYTE = 1_000_000

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } })
const roundCount = Number(values.rounds)
if (!(Number.isInteger(roundCount) && roundCount > 0)) {
  console.error('usage: pnpm bench:install [--rounds <number>]')
  process.exit(1)
}

function judge(holds: boolean, figure: number, goal: string): void {
  console.log(`${holds ? 'holds ' : 'MISSED'}  ${renderFigure(figure)}  ${goal}`)
  if (!holds) process.exitCode = 1
}

const place = await mkdtemp(join(tmpdir(), 'finport-install-'))
try {
  const { installations, imports } = contestantsOf(await packTarballs())
  const installed = await installAll(place, installations)
  const installedOf = (installation: Installation) => installed.get(installation) as Installed
  console.log(`Node ${process.version}, ${roundCount} rounds.\n`)
  const sizes = installations.map((installation) => {
    const { bytes, packages } = installedOf(installation)
    const toAlpaca = bytes / installedOf(alpaca).bytes
    return [installation.name, String(packages), (bytes / MEGABYTE).toFixed(1), renderFigure(toAlpaca)]
  })
  console.log(`${renderTable(['installed', 'packages', 'MB', `to ${alpaca.name}`], sizes)}\n`)

  const costs = await runImportRounds(imports, ({ installation }) => installedOf(installation), roundCount)
  const rows = imports
    .filter(({ name }) => name !== EMPTY)
    .map(({ name }) => {
      const { clock, processor, memory } = costs.of(name)
      const toPlaid = processor / costs.of(plaid.name).processor
      const range = costs.range(name).map((milliseconds) => milliseconds.toFixed(0))
      return [name, processor.toFixed(1), range.join('–'), renderFigure(toPlaid), clock.toFixed(1), memory.toFixed(1)]
    })
  const header = ['imported', 'ms of CPU', 'from–to', `to ${plaid.name}`, 'ms by the clock', 'MB']
  console.log(`${renderTable(header, rows)}\n`)

  const [finport] = installations
  const share = installedOf(finport as Installation).bytes / installedOf(alpaca).bytes
  judge(share <= 0.75, share, `${FINPORT} has at most 0.75 × the bytes of ${alpaca.name}`)
  const core = costs.of(CORE).processor
  judge(core <= 15, core, `${CORE} takes at most 15 ms more than an empty node`)
  const everything = costs.of(EVERYTHING).processor / costs.of(plaid.name).processor
  judge(everything <= 0.8, everything, `${EVERYTHING} takes at most 0.8 × the time of ${plaid.name}`)
} finally {
  await rm(place, { recursive: true, force: true })
}
