/**
 * How often in a second Finport's vault seals and opens credentials, beside the same written by hand and beside bare AES-256-GCM, in one run.
 *
 *     pnpm bench:vault [--rounds 7]
 */
import { parseArgs } from 'node:util'
import { renderFigure } from './render-figure.ts'
import { renderTable } from './table.ts'
import { assertContestantsAgree } from './vault/agreement.ts'
import { contestants, RAW } from './vault/contestants.ts'
import { runRounds, type Speeds } from './vault/run-rounds.ts'
import { createCredentials } from './vault/stored-credentials.ts'

const sizes = [
  { title: '300 B', bytes: 300 },
  { title: '4 KiB', bytes: 4_096 },
  { title: '64 KiB', bytes: 65_536 },
]

function renderSpeeds(title: string, speeds: Speeds): string {
  const header = [`credentials of ${title}`, 'per second', 'to its peer by hand', 'from–to', `to ${RAW}`]
  const rows = contestants.map(({ name, peer }) => [
    name,
    Math.round(speeds.perSecond(name)).toLocaleString('en'),
    renderFigure(speeds.ratio(name, peer)),
    speeds.ratioRange(name, peer).map(renderFigure).join('–'),
    renderFigure(speeds.ratio(name, RAW)),
  ])
  return renderTable(header, rows)
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } })
const roundCount = Number(values.rounds)
if (!(Number.isInteger(roundCount) && roundCount > 0)) {
  console.error('usage: pnpm bench:vault [--rounds <number>]')
  process.exit(1)
}

for (const { bytes } of sizes) await assertContestantsAgree(createCredentials(bytes))
console.log(`Node ${process.version}, ${roundCount} rounds.`)
const speedsBySize = await runRounds(
  sizes.map(({ bytes }) => bytes),
  roundCount,
)
for (const [index, speeds] of speedsBySize.entries()) {
  console.log(`\n${renderSpeeds(sizes[index]?.title ?? '', speeds)}\n`)
  for (const { name, peer, atLeast } of contestants) {
    if (atLeast === undefined) continue
    const ratio = speeds.ratio(name, peer)
    const holds = ratio >= atLeast
    console.log(
      `${holds ? 'holds ' : 'MISSED'}  ${renderFigure(ratio)}  ${name} is at least ${atLeast} × as fast as ${peer}`,
    )
    if (!holds) process.exitCode = 1
  }
}
