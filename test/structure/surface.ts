import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { type Member, root } from '../../scripts/workspace.ts'

/** The entries of a package: how each is imported, and its source relative to the root. */
function entriesOf({ directory, manifest }: Member): { name: string; source: string }[] {
  return Object.entries(manifest.exports ?? {})
    .filter(([subpath]) => subpath !== './package.json')
    .map(([subpath, target]) => ({
      name: join(manifest.name, subpath),
      source: join(directory, target),
    }))
}

/** One program for all packages: each on its own would read core again. */
function createTypesOf(sources: string[]): (source: string) => string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    sources.map((source) => join(root, source)),
    { ...options, noLib: true, types: [] },
  )
  const checker = program.getTypeChecker()
  return (source) => {
    const file = program.getSourceFile(join(root, source))
    const symbol = file && checker.getSymbolAtLocation(file)
    if (symbol === undefined) throw new Error(`${source} is not a module`)
    return checker
      .getExportsOfModule(symbol)
      .filter((one) => {
        const target = one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one
        return (target.flags & ts.SymbolFlags.Type) !== 0
      })
      .map(({ name }) => name)
  }
}

/** Everything each package exports, one name a line: what users may rely on. */
export function createPublicSurface(members: readonly Member[]): (member: Member) => Promise<string> {
  const typesOf = createTypesOf(members.flatMap(entriesOf).map(({ source }) => source))
  return async (member) => {
    const sections: string[] = []
    for (const { name, source } of entriesOf(member)) {
      const values = Object.keys(await import(pathToFileURL(join(root, source)).href))
      const lines = [...values.map((value) => `value ${value}`), ...typesOf(source).map((type) => `type ${type}`)]
      sections.push([name, ...lines.sort().map((line) => `  ${line}`)].join('\n'))
    }
    return `${sections.join('\n\n')}\n`
  }
}
