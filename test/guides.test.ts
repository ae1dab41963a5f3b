import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFiles, root } from '../scripts/workspace.ts'

const guides = repositoryFiles(':(glob)docs/*.md')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('the site has every guide', () => {
  const { projectDocuments } = JSON.parse(read('typedoc.json')) as { projectDocuments: string[] }
  expect(guides.length).toBeGreaterThan(10)
  expect(projectDocuments.filter((file) => file.startsWith('docs/')).sort()).toEqual(guides)
})

test('the first page leads to every guide', () => {
  const linked = [...read('README.md').matchAll(/\]\((docs\/[\w-]+\.md)\)/g)].map(([, file]) => file)
  expect([...new Set(linked)].sort()).toEqual(guides)
})

test('every guide begins with a heading of its own', () => {
  const headings = guides.map((file) => /^# (.+)\n\n/.exec(read(file))?.[1])
  expect(headings.filter((heading) => heading === undefined)).toEqual([])
  expect(new Set(headings).size).toBe(guides.length)
})
