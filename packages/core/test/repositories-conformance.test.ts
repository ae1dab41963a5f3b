import { describe, test } from 'vitest'
import { repositoryConformance } from '../src/conformance/index.ts'
import { createMemoryRepositories } from '../src/index.ts'

describe('the repositories in memory', () => {
  const open = async () => {
    const repositories = createMemoryRepositories()
    return { handles: [repositories, repositories, repositories] }
  }
  for (const { name, run } of repositoryConformance({ open })) test(name, run)
})
