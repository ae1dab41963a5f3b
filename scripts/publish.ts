/**
 * Publishes the tarballs that `pnpm packages:matrix` packed and tried, those whose versions npm does not have yet. In GitHub Actions npm takes the workflow's identity for a login, and says where they come from.
 *
 *     node scripts/publish.ts [--tag]      with --tag, what was published is tagged and the tags are pushed
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { membersIn, root } from './workspace.ts'

/** The first npm that publishes by the identity of a workflow is 11.5.1; pnpm does not. */
const npm = ['-y', 'npm@^11.5.1']

function isPublished(name: string, version: string): boolean {
  try {
    execFileSync('npx', [...npm, 'view', `${name}@${version}`, 'version'], { encoding: 'utf8', stdio: 'pipe' })
    return true
  } catch (error) {
    if (/E404/.test(String((error as { stderr?: string }).stderr))) return false
    throw error
  }
}

const packages = membersIn('packages').map(({ directory, manifest: { name, version = '' } }) => ({
  name,
  version,
  tarball: join(root, '.packed', `finport-${directory.slice('packages/'.length)}-${version}.tgz`),
}))

const missing = packages.filter(({ tarball }) => !existsSync(tarball))
if (missing.length > 0)
  throw new Error(`Run pnpm packages:matrix first: ${missing.map(({ tarball }) => tarball).join(', ')} are missing.`)

const tags: string[] = []
// The others ask for core: it comes first.
for (const { name, version, tarball } of packages.sort((a) => (a.name === '@finport/core' ? -1 : 0))) {
  if (version === '0.0.0') throw new Error(`${name} has no version yet: pnpm changeset version gives it one.`)
  if (isPublished(name, version)) {
    console.log(`${name} ${version} is published already`)
    continue
  }
  const provenance = process.env.GITHUB_ACTIONS === 'true' ? ['--provenance'] : []
  execFileSync('npx', [...npm, 'publish', tarball, '--access', 'public', ...provenance], { stdio: 'inherit' })
  tags.push(`${name}@${version}`)
}
if (process.argv.includes('--tag') && tags.length > 0) {
  for (const tag of tags) execFileSync('git', ['tag', tag], { cwd: root })
  execFileSync('git', ['push', 'origin', ...tags], { cwd: root, stdio: 'inherit' })
}
