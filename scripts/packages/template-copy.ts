import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { repositoryFiles, root } from '../workspace.ts'
import { check } from './check.ts'
import { run } from './run.ts'
import type { Tarball } from './tarballs.ts'

const template = 'examples/provider-template'

/** The template works where somebody copies it to: with what is published, and nothing of this repository. */
export async function tryTemplateCopy(tarballs: readonly Tarball[]): Promise<void> {
  const core = tarballs.find(({ manifest }) => manifest.name === '@finport/core')
  if (core === undefined) throw new Error('@finport/core was not packed')
  const folder = await mkdtemp(join(tmpdir(), 'finport-template-'))
  try {
    for (const file of repositoryFiles(template)) {
      const target = join(folder, file.slice(template.length))
      await mkdir(dirname(target), { recursive: true })
      await copyFile(join(root, file), target)
    }
    // Forced: the version in the repository need not be the one that the template asks the registry for.
    const flags = ['--force', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline']
    await check('npm install of the template', () => run('npm', ['install', ...flags, core.path], folder))
    for (const script of ['types', 'test', 'report', 'build']) {
      await check(`${script} of the template`, () => run('npm', ['run', script], folder))
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
