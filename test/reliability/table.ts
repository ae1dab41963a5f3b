import { fileScenes, runFileMatrix } from './file-matrix.ts'
import { type Cell, runMatrix } from './matrix.ts'
import { withoutWaiting } from './run-scene.ts'
import { scenes } from './scenes.ts'

/** The page that has the tables. */
export const page = 'docs/reliability.md'

/** What a table is about. */
export const subjects = ['Alpaca', 'Schwab', 'Todoist', 'Files'] as const
export type Subject = (typeof subjects)[number]

type Column = { readonly title: string; readonly cells: readonly Cell[] }

/** What was found of one subject. */
export type Findings = {
  readonly subject: Subject
  readonly trials: number
  /** What should not be, in words. */
  readonly wrong: readonly string[]
  /** The table in Markdown, and how often a fault was met. */
  readonly table: string
}

async function columnsOf(subject: Subject): Promise<Column[]> {
  const columns: Column[] = []
  if (subject === 'Files') {
    for (const scene of fileScenes)
      columns.push({ title: `${scene.operation} ${scene.format}`, cells: await runFileMatrix(scene) })
  }
  for (const scene of scenes.filter(({ institution }) => institution === subject))
    columns.push({ title: scene.operation, cells: await runMatrix(scene) })
  return columns
}

function textOf({ lasting, once, trials }: Cell): string {
  if (trials === 0) return '—'
  const always = [...lasting].sort().join(' / ')
  const passing = [...once].sort().join(' / ')
  return passing === '' || passing === always ? always : `${always}; once: ${passing}`
}

/** Faults that come to the same share a row. */
function toTable(columns: readonly Column[]): string {
  const rows = new Map<string, string[]>()
  for (const [index, { fault }] of (columns[0]?.cells ?? []).entries()) {
    const texts = columns.map(({ cells }) => textOf(cells[index] as Cell)).join(' | ')
    rows.set(texts, [...(rows.get(texts) ?? []), fault])
  }
  return [
    `| what goes wrong | ${columns.map(({ title }) => title).join(' | ')} |`,
    `| ${['', ...columns].map(() => '---').join(' | ')} |`,
    ...[...rows].map(([texts, faults]) => `| ${faults.join('; ')} | ${texts} |`),
  ].join('\n')
}

/** Meets every fault, and says what it came to. */
export async function find(subject: Subject): Promise<Findings> {
  const columns = await withoutWaiting(() => columnsOf(subject))
  const cells = columns.flatMap((column) => column.cells)
  const trials = cells.reduce((sum, cell) => sum + cell.trials, 0)
  return {
    subject,
    trials,
    wrong: columns.flatMap(({ title, cells: own }) =>
      own.flatMap(({ wrong }) => wrong.map((one) => `${title}: ${one}`)),
    ),
    table: `${toTable(columns)}\n\nMet ${trials} times.`,
  }
}

const marks = (subject: Subject) => [`<!-- ${subject}: pnpm reliability -->`, `<!-- end of ${subject} -->`] as const

/** The table of a subject, as a page has it; `null` when it has none. */
export function tableIn(text: string, subject: Subject): string | null {
  const [start, end] = marks(subject)
  const [, rest] = text.split(`${start}\n\n`)
  return rest?.split(`\n\n${end}`)[0] ?? null
}

/** A page with another table of a subject. */
export function withTable(text: string, { subject, table }: Findings): string {
  const [start, end] = marks(subject)
  const [before, after] = [text.split(start)[0], text.split(end)[1]]
  if (after === undefined) throw new Error(`${page} has no place for the table of ${subject}.`)
  return `${before}${start}\n\n${table}\n\n${end}${after}`
}
