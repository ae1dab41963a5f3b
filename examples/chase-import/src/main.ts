import { join, resolve } from 'node:path'
import { styleText } from 'node:util'
import { createProvider } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import { help, parseArguments, usage } from './arguments.ts'
import { explainError } from './explain-error.ts'
import { endQuietlyWhenClosed, print } from './print.ts'
import { printRecords } from './print-records.ts'
import { printReport } from './print-report.ts'
import { openStatementFile } from './statement-file.ts'

const bundledFile = 'chase-activity-2026-11-02.qfx'
const readNext = `
Read next: examples/chase-import/src/import-file.ts, which reads a file page by page.
Then try a file of your own: npx -y pnpm@12.21.0 demo:file <file>
`

/** From the best to the worst. */
const exitCodes = [0, 2, 1] as const
type ExitCode = (typeof exitCodes)[number]

type ImportOptions = { json: boolean; accountId: string | undefined }

async function importOne(path: string, name: string, { json, accountId }: ImportOptions): Promise<ExitCode> {
  const file = await openStatementFile(path)
  if (file.isErr()) return fail(`${file.error}: ${name}`)
  const provider = createProvider(chaseFile, { includeRawData: json }).unwrap()
  const rejected = await (json ? printRecords : printReport)(provider, { ...file.value, accountId }, name)
  if (rejected.isOk()) return rejected.value > 0 ? 2 : 0
  const { displayName, documentationUrl } = provider.metadata
  const advice = `How to download a file at ${displayName}: ${documentationUrl}`
  return fail(`Can't read ${name}`, ...[...explainError(rejected.error), advice].map((line) => `  ${line}`))
}

function fail(headline: string, ...lines: string[]): ExitCode {
  process.stderr.write(`${[styleText('red', headline, { stream: process.stderr }), ...lines].join('\n')}\n`)
  return 1
}

async function run(args: string[]): Promise<ExitCode> {
  const parsed = parseArguments(args)
  if (parsed.kind === 'unusable') return fail(parsed.reason, usage)
  if (parsed.kind === 'help') {
    await print(help)
    return 0
  }
  const { files, ...options } = parsed
  const { json } = options
  if (files.length === 0) {
    const exitCode = await importOne(join(import.meta.dirname, '../data', bundledFile), bundledFile, options)
    if (!json) await print(readNext)
    return exitCode
  }
  const reached: ExitCode[] = []
  for (const [index, file] of files.entries()) {
    if (index > 0 && !json) await print('\n')
    // pnpm runs scripts in the folder of their package; INIT_CWD is where the user is.
    reached.push(await importOne(resolve(process.env.INIT_CWD ?? '', file), file, options))
  }
  return exitCodes.findLast((exitCode) => reached.includes(exitCode)) ?? 0
}

endQuietlyWhenClosed()
process.exitCode = await run(process.argv.slice(2))
