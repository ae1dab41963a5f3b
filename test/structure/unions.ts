import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../scripts/workspace.ts'

/** The words of string unions that a module exports: of its types by name, and of the property `code` of its classes. */
export function exportedUnions(source: string): { types: Map<string, string[]>; codes: Map<string, string[]> } {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([join(root, source)], options)
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(join(root, source))
  const symbol = file && checker.getSymbolAtLocation(file)
  if (symbol === undefined) throw new Error(`${source} is not a module`)

  const wordsOf = (type: ts.Type): string[] =>
    (type.isUnion() ? type.types : [type]).flatMap((one) => (one.isStringLiteral() ? [one.value] : []))
  const types = new Map<string, string[]>()
  const codes = new Map<string, string[]>()
  for (const exported of checker.getExportsOfModule(symbol)) {
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if ((target.flags & ts.SymbolFlags.Type) === 0) continue
    const type = checker.getDeclaredTypeOfSymbol(target)
    types.set(exported.name, wordsOf(type))
    const code = target.flags & ts.SymbolFlags.Class ? type.getProperty('code') : undefined
    if (code !== undefined) codes.set(exported.name, wordsOf(checker.getTypeOfSymbol(code)))
  }
  return { types, codes }
}
