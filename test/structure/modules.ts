import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { root } from '../../scripts/workspace.ts'

export type Import = {
  specifier: string
  line: number
  /** Gone at run time. `import { type A }` is not: it still loads its module, by `verbatimModuleSyntax`. */
  erased: boolean
  node: ts.Node
}

const parsed = new Map<string, ts.SourceFile>()

/** The syntax tree of a file named relative to the root. */
export function parse(file: string): ts.SourceFile {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true)
  parsed.set(file, source)
  return source
}

function lineOf(node: ts.Node): number {
  const source = node.getSourceFile()
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
}

/** `file:line` of every node that the rule finds fault with. */
export function findNodes(file: string, isAtFault: (node: ts.Node) => boolean): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (isAtFault(node)) found.push(`${file}:${lineOf(node)} ${node.getText().split('\n')[0]}`)
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return found
}

const imported = new Map<string, Import[]>()

export function importsOf(file: string): Import[] {
  const known = imported.get(file)
  if (known !== undefined) return known
  const imports: Import[] = []
  const add = (specifier: ts.Node | undefined, node: ts.Node, erased: boolean) => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      imports.push({ specifier: specifier.text, line: lineOf(node), erased, node })
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node, node.isTypeOnly)
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, node, true)
    } else if (ts.isCallExpression(node)) {
      const isLoading = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require'
      if (isLoading) add(node.arguments[0], node, false)
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  imported.set(file, imports)
  return imports
}

export function isRelative(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier)
}

/** The file a relative specifier names, relative to the root. */
export function resolveRelative(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier)
}

/** `@finport/core/schemas` → `@finport/core` */
export function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Every module that importing an entry loads, and each import that leaves the package on the way. */
export function reachableFrom(entry: string): { files: Set<string>; outside: (Import & { file: string })[] } {
  const files = new Set<string>()
  const outside: (Import & { file: string })[] = []
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    for (const found of importsOf(file)) {
      if (found.erased) continue
      if (isRelative(found.specifier)) waiting.push(resolveRelative(file, found.specifier))
      else outside.push({ ...found, file })
    }
  }
  return { files, outside }
}

/** Comments with the line each begins on. */
export function commentsOf(file: string): { text: string; line: number }[] {
  const source = parse(file)
  const comments = new Map<number, string>()
  const visit = (node: ts.Node): void => {
    if (node.getChildCount(source) === 0) {
      const ranges = [
        ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
        ...(ts.getTrailingCommentRanges(source.text, node.getEnd()) ?? []),
      ]
      for (const { pos, end } of ranges) comments.set(pos, source.text.slice(pos, end))
    }
    for (const child of node.getChildren(source)) visit(child)
  }
  visit(source)
  return [...comments].map(([position, text]) => ({
    text,
    line: source.getLineAndCharacterOfPosition(position).line + 1,
  }))
}
