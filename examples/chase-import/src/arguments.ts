import { parseArgs } from 'node:util'

const run = 'npx -y pnpm@12.21.0'

export const usage = `Usage: ${run} demo:file [--json] [--account <id>] <file>…`

export const help = `${usage}

Reads QFX, QBO, OFX and Chase CSV files and shows their accounts, newest transactions and totals.
'npm start' in the folder of the example reads the file that comes with it. With pnpm installed, 'npx -y' and the version can be left out.

  --json      one JSON object per line: transactions, rejected rows and warnings, then accounts
  --account   the account of files that do not say, such as deposit-1234
  --files     only files that are named, never the one that comes with the example
  -h, --help  this text

Exit codes: 0 all was read, 1 a file can't be read, 2 some rows were rejected.
`

export type Arguments =
  | { kind: 'import'; files: string[]; json: boolean; accountId: string | undefined }
  | { kind: 'help' }
  | { kind: 'unusable'; reason: string }

export function parseArguments(args: string[]): Arguments {
  try {
    const { values, positionals: files } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        account: { type: 'string' },
        files: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return { kind: 'help' }
    if (values.files && files.length === 0) return { kind: 'unusable', reason: 'No file is named.' }
    return { kind: 'import', files, json: values.json ?? false, accountId: values.account }
  } catch (error) {
    // The first sentence says what is wrong, the next one how to name a file that starts with a hyphen.
    const [reason = ''] = error instanceof Error ? error.message.split('. ') : []
    return { kind: 'unusable', reason }
  }
}
