import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { type Member, membersIn, readManifest, repositoryFiles, root } from '../scripts/workspace.ts'
import { layoutFaults } from './structure/layout.ts'
import {
  commentsOf,
  findNodes,
  type Import,
  importsOf,
  isRelative,
  packageNameOf,
  parse,
  reachableFrom,
  resolveRelative,
} from './structure/modules.ts'
import { createPublicSurface } from './structure/surface.ts'

const packages = membersIn('packages')
const examples = membersIn('examples')
const members = [...packages, ...examples]
const workspaceNames = new Set(packages.map(({ manifest }) => manifest.name))
const rootManifest = readManifest('.')

const files = repositoryFiles()
const code = files.filter((file) => /\.[cm]?tsx?$/.test(file))
const codeIn = (member: Member, folder: string) =>
  code.filter((file) => file.startsWith(`${member.directory}/${folder}/`))
const published = packages.flatMap((member) => codeIn(member, 'src'))

function expectNone(offences: string[], rule: string): void {
  expect(offences, [rule, ...offences].join('\n  ')).toHaveLength(0)
}

function offendingImports(paths: string[], isAtFault: (found: Import, file: string) => boolean): string[] {
  return paths.flatMap((file) =>
    importsOf(file)
      .filter((found) => isAtFault(found, file))
      .map(({ line, specifier }) => `${file}:${line} ${specifier}`),
  )
}

describe('who imports whom', () => {
  test('packages stand on core alone, and core on none', () => {
    const offences = packages.flatMap((member) => {
      const allowed = new Set(['@finport/core', member.manifest.name])
      return offendingImports([...codeIn(member, 'src'), ...codeIn(member, 'test')], ({ specifier }) => {
        const name = packageNameOf(specifier)
        return workspaceNames.has(name) && !allowed.has(name)
      })
    })
    const declared = packages.flatMap(({ directory, manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
        .filter((name) => workspaceNames.has(name) && (name !== '@finport/core' || directory === 'packages/core'))
        .map((name) => `${directory}/package.json depends on ${name}`),
    )
    expectNone(
      [...offences, ...declared],
      'Packages may import no workspace package but @finport/core; core imports none.',
    )
  })

  test('relative imports stay inside their own package and name a file', () => {
    const offences = members.flatMap((member) =>
      offendingImports(
        code.filter((file) => file.startsWith(`${member.directory}/`)),
        ({ specifier }, file) =>
          isRelative(specifier) &&
          !(
            resolveRelative(file, specifier).startsWith(`${member.directory}/`) &&
            existsSync(join(root, resolveRelative(file, specifier)))
          ),
      ),
    )
    expectNone(offences, 'A relative import leaves its package (import a published name instead) or names no file.')
  })

  test('whatever is imported is declared in the package.json', () => {
    const offences = members.flatMap((member) => {
      const { dependencies, peerDependencies, devDependencies } = member.manifest
      const atRunTime = { ...dependencies, ...peerDependencies }
      const inTests = {
        ...atRunTime,
        ...devDependencies,
        ...rootManifest.devDependencies,
        [member.manifest.name]: 'itself',
      }
      const undeclared = (declared: object) => (found: Import) =>
        !isRelative(found.specifier) &&
        !found.specifier.startsWith('node:') &&
        !Object.hasOwn(declared, packageNameOf(found.specifier))
      return [
        ...offendingImports(codeIn(member, 'src'), undeclared(atRunTime)),
        ...offendingImports(codeIn(member, 'test'), undeclared(inTests)),
      ]
    })
    expectNone(
      offences,
      'src may import only dependencies and peerDependencies, test also devDependencies, of its own package.json.',
    )
  })

  test('third parties that have one door are imported there only', () => {
    const doors: Record<string, string> = {
      'ts-results-es': 'packages/core/src/result.ts',
      ky: 'packages/core/src/http/client.ts',
    }
    const offences = offendingImports(code, ({ specifier }, file) => {
      const door = doors[packageNameOf(specifier)]
      return door !== undefined && file !== door
    })
    expectNone(offences, `Import these only in their own file: ${JSON.stringify(doors)}.`)
  })

  test("zod is imported as `import * as z from 'zod'`", () => {
    const offences = offendingImports(code, ({ specifier, node }) => {
      if (packageNameOf(specifier) !== 'zod') return false
      const names = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : undefined
      return specifier !== 'zod' || names === undefined || !ts.isNamespaceImport(names) || names.name.text !== 'z'
    })
    expectNone(offences, "Write `import * as z from 'zod'`: named imports bring every locale into a bundle.")
  })

  test.for<[entry: string, allowed: RegExp]>([
    ['index.ts', /^ts-results-es$/],
    ['conformance/index.ts', /^(?:node:.+|ts-results-es|zod)$/],
  ])("core's %s loads no third party but %s", ([entry, allowed]) => {
    const { outside } = reachableFrom(`packages/core/src/${entry}`)
    const offences = outside
      .filter(({ specifier }) => !allowed.test(specifier))
      .map(({ file, line, specifier }) => `${file}:${line} ${specifier}`)
    expectNone(offences, `Importing core's ${entry} would load these: move them behind another entry.`)
  })
})

describe('names', () => {
  test('no file or folder is named for being useful', () => {
    const banned = /(?:^|-)(?:utils?|helpers?|types|constants|common|misc|shared)$/
    const offences = files.filter((file) => file.split('/').some((part) => banned.test(part.replace(/\..*$/, ''))))
    expectNone(offences, 'Name a file for the one thing in it.')
  })

  test('file names are kebab-case', () => {
    const kebab = /^\.?[a-z0-9]+(?:[-.][a-z0-9]+)*$/
    const wellKnown = /^(?:README|CHANGELOG|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT)\.md$|^LICENSE$/
    const offences = files
      .filter((file) => !/^\.github\/|\/test\/fixtures\//.test(file))
      .filter((file) => file.split('/').some((part) => !kebab.test(part) && !wellKnown.test(part)))
    expectNone(offences, 'Small letters joined by hyphens; fixtures may keep the names they came with.')
  })
})

describe('packages', () => {
  test('every package has what a package needs', () => {
    expectNone(
      packages.flatMap((member) => layoutFaults(member, files)),
      'These packages are not in order.',
    )
  })

  const publicSurface = createPublicSurface(packages)
  test.for(packages)('what $manifest.name exports is what is written down', async (member) => {
    const name = member.directory.slice('packages/'.length)
    await expect(await publicSurface(member)).toMatchFileSnapshot(`./exports/${name}.txt`)
  })

  test('the root scripts that others rely on are there', () => {
    const missing = ['demo', 'demo:file', 'test', 'build', 'check'].filter((name) => !rootManifest.scripts?.[name])
    expectNone(missing, 'package.json lacks these scripts.')
  })
})

describe('sources', () => {
  test('everything from outside is passed in', () => {
    const isProcess = (node: ts.Node) => /(?:^|\.)process$/.test(node.getText())
    const offences = published.flatMap((file) => [
      ...findNodes(
        file,
        (node) =>
          (ts.isIdentifier(node) && node.text === 'console') ||
          (ts.isPropertyAccessExpression(node) && node.name.text === 'env' && isProcess(node.expression)) ||
          (ts.isElementAccessExpression(node) &&
            /env/.test(node.argumentExpression.getText()) &&
            isProcess(node.expression)) ||
          (ts.isVariableDeclaration(node) && node.initializer !== undefined && isProcess(node.initializer)),
      ),
      ...offendingImports([file], ({ specifier }) => /^(?:node:)?process$/.test(specifier)),
    ])
    expectNone(
      offences,
      'No process.env and no console in packages: settings, runtime and logger are given by the caller.',
    )
  })

  test('there are no default exports', () => {
    const offences = published.flatMap((file) =>
      findNodes(
        file,
        (node) =>
          ts.isExportAssignment(node) ||
          (ts.isExportSpecifier(node) && node.name.text === 'default') ||
          (ts.isModifier(node) && node.kind === ts.SyntaxKind.DefaultKeyword),
      ),
    )
    expectNone(offences, 'Named exports only.')
  })

  test('no file is longer than 400 lines', () => {
    const sources = code.filter((file) => /^(?:packages|examples)\/[^/]+\/src\/|^(?:scripts|test)\//.test(file))
    const offences = sources
      .map((file) => ({ file, lines: parse(file).getLineStarts().length - 1 }))
      .filter(({ lines }) => lines > 400)
      .map(({ file, lines }) => `${file}:${lines}`)
    expectNone(offences, 'Split these by noun: about 300 lines is the measure.')
  })

  test('there is no any', () => {
    const offences = published.flatMap((file) => findNodes(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword))
    expectNone(offences, 'Use unknown, or a type parameter.')
  })

  test('no check is switched off without a reason', () => {
    const offences = code.flatMap((file) =>
      commentsOf(file)
        .filter(({ text }) => {
          if (/@ts-(?:ignore|nocheck)/.test(text)) return true
          if (/@ts-expect-error/.test(text)) return !/@ts-expect-error\W+\w.{5}/.test(text)
          return /biome-ignore/.test(text) && !/biome-ignore\S* \S+: \w.{5}/.test(text)
        })
        .map(({ text, line }) => `${file}:${line} ${text}`),
    )
    expectNone(offences, 'No @ts-ignore or @ts-nocheck; @ts-expect-error and biome-ignore with the reason in the line.')
  })
})
