import { parseArgs } from 'node:util'

export const usage = 'Usage: pnpm demo:file [--json] <file>…'

export const help = `${usage}
       pnpm demo [--json]

Reads QFX, QBO and OFX files and shows their accounts, newest transactions and totals.
pnpm demo reads the file that comes with the example.

  --json      one JSON object per line: transactions, rejected rows and warnings, then accounts
  --files     only files that are named, never the one that comes with the example
  -h, --help  this text

Exit codes: 0 all was read, 1 a file can't be read, 2 some rows were rejected.
`

export type Arguments =
  | { kind: 'import'; files: string[]; json: boolean }
  | { kind: 'help' }
  | { kind: 'unusable'; reason: string }

export function parseArguments(args: string[]): Arguments {
  try {
    const { values, positionals: files } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean' }, files: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return { kind: 'help' }
    if (values.files && files.length === 0) return { kind: 'unusable', reason: 'No file is named.' }
    return { kind: 'import', files, json: values.json ?? false }
  } catch (error) {
    // The first sentence says what is wrong, the next one how to name a file that starts with a hyphen.
    const [reason = ''] = error instanceof Error ? error.message.split('. ') : []
    return { kind: 'unusable', reason }
  }
}
