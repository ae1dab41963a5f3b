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

function exportedTypes(sources: string[]): Map<string, string[]> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    sources.map((source) => join(root, source)),
    { ...options, noLib: true, types: [] },
  )
  const checker = program.getTypeChecker()
  const typesOf = (source: string): string[] => {
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
  return new Map(sources.map((source) => [source, typesOf(source)]))
}

/** Everything a package exports, one name a line: what users may rely on. */
export async function publicSurface(member: Member): Promise<string> {
  const entries = entriesOf(member)
  const types = exportedTypes(entries.map(({ source }) => source))
  const sections: string[] = []
  for (const { name, source } of entries) {
    const values = Object.keys(await import(pathToFileURL(join(root, source)).href))
    const lines = [
      ...values.map((value) => `value ${value}`),
      ...(types.get(source) ?? []).map((type) => `type ${type}`),
    ]
    sections.push([name, ...lines.sort().map((line) => `  ${line}`)].join('\n'))
  }
  return `${sections.join('\n\n')}\n`
}
