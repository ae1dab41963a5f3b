import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../scripts/workspace.ts'
import { markedFiles } from './files.ts'
import type { CanarySearch } from './search.ts'

/** What a program prints, however it ends. */
function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

/** The importing example over marked files: account numbers must not show; texts of rows are what it prints. */
export async function runExamples(search: CanarySearch): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'finport-canaries-'))
  try {
    const paths: string[] = []
    for (const { name, content } of markedFiles(search)) {
      paths.push(join(folder, name))
      await writeFile(join(folder, name), content)
    }
    const program = 'examples/chase-import/src/main.ts'
    search.hear('data', 'the table of chase-import', await outputOf([program, ...paths]))
    search.hear('data', 'the JSON of chase-import', await outputOf([program, '--json', ...paths]))
    search.hear('output', 'chase-import without its file', await outputOf([program, join(folder, 'none.qfx')]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
