import { inspect } from 'node:util'
import { createRegistry, type FileContent, type ImportFile } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { type App, createApp, createClock, type Parts, userId } from './app.ts'
import { type FileFault, fileFaults } from './file-faults.ts'
import { type Cell, shortly } from './matrix.ts'
import { textOf } from './run-scene.ts'
import { type Outcome, outcomeOf } from './scene.ts'

/** What is done with a file. */
export type FileScene = { readonly operation: 'import' | 'rehearsal'; readonly format: 'QFX' | 'CSV' }

export const fileScenes: readonly FileScene[] = [
  { operation: 'import', format: 'QFX' },
  { operation: 'import', format: 'CSV' },
  { operation: 'rehearsal', format: 'QFX' },
]

const ACCOUNT_NUMBER = '000073914482'
/** More than a page. */
const ROWS = 700
/** What an earlier file had of them. */
const EARLIER_ROWS = 60

const pad = (value: number) => String(value).padStart(2, '0')
const dayOf = (row: number) => [2025, 1 + (Math.floor(row / 28) % 12), 1 + (row % 28)] as const
const amountOf = (row: number) => `-${1 + (row % 90)}.${pad(row % 100)}`

function qfxOf(rows: readonly number[]): string {
  const record = (row: number) =>
    `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>${dayOf(row).map(pad).join('')}120000<TRNAMT>${amountOf(row)}<FITID>F${row}<NAME>CORNER SHOP ${row}</STMTTRN>`
  return `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260131120000<LANGUAGE>ENG<FI><ORG>B1<FID>10898</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>322271627<ACCTID>${ACCOUNT_NUMBER}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20250101<DTEND>20251231
${rows.map(record).join('\n')}
</BANKTRANLIST>
<LEDGERBAL><BALAMT>987.65<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`
}

function csvOf(rows: readonly number[]): string {
  const line = (row: number) => {
    const [year, month, day] = dayOf(row)
    return `DEBIT,${pad(month)}/${pad(day)}/${year},"CORNER SHOP ${row} AND WHAT ELSE IS ON ITS SIGN",${amountOf(row)},ACH_DEBIT,,,`
  }
  return ['Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #', ...rows.map(line), ''].join('\n')
}

const print = { QFX: qfxOf, CSV: csvOf }
const names = { QFX: 'statement.qfx', CSV: 'Chase4482_Activity_20260131.CSV' }

/** The bytes of a file with so many of the rows. */
function bytesOf(format: FileScene['format'], rows: number): Uint8Array {
  return new TextEncoder().encode(print[format](Array.from({ length: rows }, (_, row) => row)))
}

/** An app in which an earlier file was imported, and the import that follows. */
async function openFiles({ operation, format }: FileScene) {
  const clock = createClock()
  const noNetwork = async () => {
    throw new TypeError('fetch failed')
  }
  // The largest file that is good is far smaller.
  const limits = { fileBytes: 4 * 1024 * 1024 }
  const { app, finport } = createApp(clock, noNetwork, (runtime) =>
    createRegistry(runtime).register(chaseFile, { limits }),
  )
  const take = async (fileContent: FileContent, signal?: AbortSignal): Promise<Outcome> => {
    const file: ImportFile = { fileName: names[format], fileContent }
    const onProgress = (progress: unknown) => void app.said.push(progress)
    const dryRun = operation === 'rehearsal'
    return outcomeOf(app, await finport.importFile({ userId, file, signal, onProgress, dryRun }))
  }
  const earlier: ImportFile = { fileName: names[format], fileContent: bytesOf(format, EARLIER_ROWS) }
  ;(await finport.importFile({ userId, file: earlier })).unwrap()
  return { app, take }
}

type GoodImport = { readonly states: ReadonlySet<string>; readonly rows: ReadonlySet<string>; readonly after: string }

const stateOf = (parts: Parts) => [...parts].map(([part, rows]) => `${part}\n${textOf(rows)}`).join('\n')

async function importWell(scene: FileScene, bytes: Uint8Array): Promise<GoodImport> {
  const { app, take } = await openFiles(scene)
  const states = new Set<string>()
  const note = async (noted: App) => void states.add(stateOf(await noted.stored()))
  await note(app)
  app.onCommit = () => note(app)
  const outcome = await take(bytes)
  if ([...outcome].some((code) => code !== 'ok')) throw new Error(`An import must go well: ${[...outcome].join(', ')}.`)
  const after = stateOf(await app.stored())
  return { states, rows: new Set([...states].flatMap((state) => state.split('\n'))), after }
}

/** Where a stream is read twice, what fails when it is read first, and what the second time. */
type Opening = 'first' | 'second'

function openedAs(opening: Opening, bad: FileContent, good: Uint8Array): FileContent {
  if (opening === 'first' || bad instanceof Uint8Array) return bad
  let opened = 0
  return () =>
    opened++ === 0
      ? (async function* () {
          yield good
        })()
      : bad()
}

async function importBadly(scene: FileScene, fault: FileFault, opening: Opening, bytes: Uint8Array, run: GoodImport) {
  const { app, take } = await openFiles(scene)
  const before = stateOf(await app.stored())
  const controller = new AbortController()
  if (fault.isEarly) controller.abort()
  const bad = fault.spoil({ bytes, abort: () => controller.abort() })
  const outcome = await take(openedAs(opening, bad, bytes), controller.signal)
  const stored = stateOf(await app.stored())
  app.pass(10 * 60_000)
  const again = await take(bytes)
  const later = stateOf(await app.stored())
  const said = inspect(app.said, { depth: 12, showHidden: true, maxArrayLength: null }) + JSON.stringify(app.said)
  return { outcome, wrong: [...judgeImport({ scene, fault, outcome, before, stored, again, later, said }, run)] }
}

type Seen = {
  readonly scene: FileScene
  readonly fault: FileFault
  readonly outcome: Outcome
  readonly before: string
  readonly stored: string
  readonly again: Outcome
  readonly later: string
  readonly said: string
}

/** What is wrong with what was seen, in words. */
function* judgeImport(seen: Seen, { states, rows, after }: GoodImport): Generator<string> {
  const { scene, fault, outcome, before, stored, again, later, said } = seen
  const isError = [...outcome].some((code) => code !== 'ok' && code !== 'partial')
  for (const code of outcome) if (!fault.outcomes.includes(code)) yield `gives ${code}, which does not fit`
  if (scene.operation === 'rehearsal' && stored !== before) yield 'writes in a rehearsal'
  if (!states.has(stored) && isError) yield 'stores what never is'
  if (stored.split('\n').some((row) => !rows.has(row))) yield 'stores a row that is none'
  const kept = new Set(stored.split('\n').map(idOf))
  if (before.split('\n').some((row) => !kept.has(idOf(row)))) yield 'loses a row'
  if ([...again].some((code) => code !== 'ok')) yield `does not end well with the good file: ${[...again].join(', ')}`
  if (later !== after) yield 'does not come to the same with the good file'
  if (said.includes('canary') || said.includes(ACCOUNT_NUMBER)) yield 'shows a secret'
}

const idOf = (row: string) => /"provider(?:Transaction|Account)Id","([^"]*)"/.exec(row)?.[1] ?? ''

/** Meets every fault of a file. */
export async function runFileMatrix(scene: FileScene): Promise<Cell[]> {
  const bytes = bytesOf(scene.format, ROWS)
  const run = await importWell(scene, bytes)
  const cells: Cell[] = []
  for (const [what, fault] of fileFaults) {
    const lasting = new Set<string>()
    const wrong: string[] = []
    let trials = 0
    for (const opening of ['first', 'second'] as const) {
      const isBytes = fault.spoil({ bytes, abort() {} }) instanceof Uint8Array
      if (opening === 'second' && isBytes) continue
      trials++
      const seen = await importBadly(scene, fault, opening, bytes, run)
      for (const code of seen.outcome) lasting.add(code === 'partial' ? 'rest' : shortly(code))
      wrong.push(...seen.wrong.map((one) => `${what} (${opening} reading): ${one}`))
    }
    cells.push({ fault: what, lasting, once: new Set(), trials, wrong })
  }
  return cells
}
