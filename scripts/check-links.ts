import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { repositoryFiles, root } from './workspace.ts'

/** The site on which the repository's files are seen; links of packages to their neighbours have to be whole. */
const published = /^https:\/\/github\.com\/finport\/finport\/(?:blob|tree)\/main\//

/** Without code: what looks like a link there is none. Line breaks stay. */
function withoutCode(text: string): string {
  const blanked = (code: string) => code.replace(/[^\n]/g, ' ')
  return text.replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2 *$/gm, blanked).replace(/(`+)[^`][\s\S]*?\1/g, blanked)
}

/** The anchor that GitHub and typedoc give a heading. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

const anchors = new Map<string, Set<string>>()

function anchorsIn(file: string): Set<string> {
  const known = anchors.get(file)
  if (known !== undefined) return known
  const found = new Set<string>()
  const text = readFileSync(join(root, file), 'utf8').replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2 *$/gm, '')
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *#* *$/gm)) {
    const anchor = anchorOf(heading)
    let unique = anchor
    for (let count = 1; found.has(unique); count++) unique = `${anchor}-${count}`
    found.add(unique)
  }
  anchors.set(file, found)
  return found
}

/** What is wrong with a link, or `null`. */
function faultOf(file: string, target: string): string | null {
  const isPublished = published.test(target)
  if (!isPublished && /^[a-z][a-z+.-]*:/i.test(target)) return null
  const [path = '', anchor] = target.replace(published, '').split('#')
  const from = isPublished ? '' : dirname(file)
  const found = path === '' && !isPublished ? file : posix.normalize(posix.join(from, decodeURIComponent(path)))
  if (found.startsWith('..') || !existsSync(join(root, found))) return 'there is no such file'
  if (anchor === undefined) return null
  const page = statSync(join(root, found)).isDirectory() ? posix.join(found, 'README.md') : found
  if (!page.endsWith('.md') || !existsSync(join(root, page))) return 'only pages have anchors'
  return anchorsIn(page).has(anchor) ? null : `${page} has no such heading`
}

let count = 0
const faults: string[] = []
for (const file of repositoryFiles('*.md')) {
  const text = withoutCode(readFileSync(join(root, file), 'utf8'))
  const links = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: +"[^"]*")?\)/g), ...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm)]
  for (const { 1: target = '', index } of links) {
    count++
    const fault = faultOf(file, target)
    if (fault !== null) faults.push(`${file}:${text.slice(0, index).split('\n').length} ${target}: ${fault}`)
  }
}
if (count === 0) throw new Error('There are no links to check.')
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
console.log(`${count} links lead somewhere`)
