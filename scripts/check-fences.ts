import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Member, membersIn, repositoryFiles, root } from './workspace.ts'

/**
 * A block of code. `code` starts on the line after `line`, the fence's own; `indent` is what was taken off in front of each of its lines. One that is marked `ts run` is run; one marked `ts continued` goes on with
 * the module of the one before.
 */
type Fence = { file: string; line: number; indent: number; code: string; marks: string[] }

const workplace = join(root, '.fences')
const compiler = join(root, 'node_modules/@typescript/native/bin/tsc')

function fencesOf(file: string, lines: { text: string; indent: number }[]): Fence[] {
  const fences: Fence[] = []
  let open: { marker: string; isCode: boolean; fence: Fence; lines: string[] } | undefined
  for (const [index, { text, indent }] of lines.entries()) {
    const [, blanks = '', marker = '', language = '', info = ''] =
      /^(\s*(?:>\s?)*)(`{3,}|~{3,})\s*(\w*)(.*)/.exec(text) ?? []
    if (open === undefined) {
      if (marker === '') continue
      const fence = { file, line: index + 1, indent: indent + blanks.length, code: '', marks: info.trim().split(/\s+/) }
      open = { marker, isCode: /^(?:ts|mts|typescript)$/i.test(language), fence, lines: [] }
    } else if (marker.startsWith(open.marker) && language === '') {
      if (open.isCode) fences.push({ ...open.fence, code: open.lines.join('\n') })
      open = undefined
    } else {
      const before = /^[\s>]*/.exec(text)?.[0] ?? ''
      open.lines.push(text.slice(Math.min(open.fence.indent - indent, before.length)))
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.fence.line}: this fence is never closed`)
  return fences
}

function fencesOfMarkdown(file: string): Fence[] {
  const lines = readFileSync(join(root, file), 'utf8').split(/\r?\n/)
  return fencesOf(
    file,
    lines.map((text) => ({ text, indent: 0 })),
  )
}

/** Everything outside of doc comments becomes a blank line, so that line numbers stay. */
function fencesOfSource(file: string): Fence[] {
  let inComment = false
  const lines = readFileSync(join(root, file), 'utf8')
    .split(/\r?\n/)
    .map((line) => {
      if (!inComment) {
        inComment = /^\s*\/\*\*/.test(line) && !line.includes('*/')
        return { text: '', indent: 0 }
      }
      inComment = !line.includes('*/')
      const prefix = /^\s*\* ?/.exec(line)?.[0] ?? ''
      return { text: inComment ? line.slice(prefix.length) : '', indent: prefix.length }
    })
  return fencesOf(file, lines)
}

/** A changelog is left out: what it shows was right for its version. */
function collectFences(): Fence[] {
  const markdown = repositoryFiles('*.md').filter((file) => !file.endsWith('CHANGELOG.md'))
  const sources = repositoryFiles(':(glob)packages/*/src/**/*.ts', ':(glob)examples/*/src/**/*.ts')
  return [...markdown.flatMap(fencesOfMarkdown), ...sources.flatMap(fencesOfSource)]
}

/** A package of an example that can be imported, as it is before it is built. */
function linkExample({ manifest, directory }: Member): void {
  const folder = join(workplace, 'node_modules', manifest.name)
  mkdirSync(folder, { recursive: true })
  symlinkSync(join(root, directory, 'src'), join(folder, 'src'), 'junction')
  const exports = { '.': './src/index.ts' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: manifest.name, type: 'module', exports }))
}

/** A node_modules as a user would have it: fences see what packages export, and nothing else of them. */
function linkModules(): void {
  const modules = join(workplace, 'node_modules')
  const link = (name: string, target: string) => {
    if (existsSync(join(modules, name)) || !existsSync(target)) return
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(target, join(modules, name), 'junction')
  }
  for (const { manifest, directory } of membersIn('packages')) link(manifest.name, join(root, directory))
  for (const member of membersIn('examples')) if (member.manifest.exports !== undefined) linkExample(member)
  for (const { manifest, directory } of [...membersIn('packages'), ...membersIn('examples')]) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      link(name, join(root, directory, 'node_modules', name))
    }
  }
}

/** Modules of the fences. Blank lines keep each line of what goes on at its distance from the first fence. */
function joinContinued(fences: Fence[]): Fence[] {
  const modules: Fence[] = []
  for (const fence of fences) {
    const before = modules.at(-1)
    if (!fence.marks.includes('continued')) modules.push(fence)
    else if (before?.file !== fence.file) throw new Error(`${fence.file}:${fence.line}: no fence comes before this one`)
    else {
      const gap = fence.line - before.line - before.code.split('\n').length + 1
      before.code += '\n'.repeat(gap) + fence.code
      before.marks.push(...fence.marks)
    }
  }
  return modules
}

function writeFences(fences: Fence[]): Map<string, Fence> {
  rmSync(workplace, { recursive: true, force: true })
  mkdirSync(workplace)
  linkModules()
  const byName = new Map(fences.map((fence) => [`${fence.file.replaceAll('/', '.')}.${fence.line}.ts`, fence]))
  for (const [name, { code }] of byName) writeFileSync(join(workplace, name), `${code}\nexport {}\n`)
  // Named one by one: a pattern would pass over names that begin with a dot.
  const tsconfig = {
    extends: '../tsconfig.base.json',
    compilerOptions: { declaration: false },
    files: [...byName.keys()],
  }
  writeFileSync(join(workplace, 'tsconfig.json'), JSON.stringify(tsconfig, null, 2))
  return byName
}

function atOriginalPlace(diagnostic: string, byName: Map<string, Fence>): string {
  const [, name = '', line, column, message] = /^(.+?)\((\d+),(\d+)\): (.*)$/.exec(diagnostic) ?? []
  const fence = byName.get(name)
  if (fence === undefined) return diagnostic.replace(/^\.\.\//, '')
  return `${fence.file}:${fence.line + Number(line)}:${fence.indent + Number(column)} ${message}`
}

const fences = collectFences()
if (fences.length === 0) throw new Error('There are no ```ts fences to compile.')
const byName = writeFences(joinContinued(fences))
const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', '.', '--pretty', 'false'], {
  cwd: workplace,
  encoding: 'utf8',
})
if (status !== 0) {
  const diagnostics = stdout.split('\n').filter((line) => line !== '')
  console.error([...diagnostics.map((line) => atOriginalPlace(line, byName)), stderr].join('\n').trimEnd())
  process.exit(1)
}

const failed: string[] = []
const runnable = [...byName].filter(([, { marks }]) => marks.includes('run'))
for (const [name, { file, line }] of runnable) {
  const ran = spawnSync(process.execPath, ['--no-warnings', name], {
    cwd: workplace,
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (ran.status !== 0) failed.push(`${file}:${line} fails when it is run:\n${ran.stderr}${ran.error?.message ?? ''}`)
}
if (failed.length > 0) {
  console.error(failed.join('\n').trimEnd())
  process.exit(1)
}
console.log(`${fences.length} fences compile, ${runnable.length} of them run`)
