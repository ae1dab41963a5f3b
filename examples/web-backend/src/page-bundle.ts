import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Hono } from 'hono'

type PageFile = { content: string | Uint8Array<ArrayBuffer>; type: string }

/** The page as browsers get it: one script, bundled from TypeScript when the app starts, and files as they are. */
export async function bundlePage() {
  const folder = join(import.meta.dirname, 'page')
  const bundled = await build({
    entryPoints: [join(folder, 'main.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
  })
  const script = bundled.outputFiles[0]?.text ?? ''
  const fontFile = await readFile(
    fileURLToPath(import.meta.resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')),
  )
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  const files: Record<string, PageFile> = {
    '/': { content: await read('index.html'), type: 'text/html; charset=utf-8' },
    '/main.js': { content: script, type: 'text/javascript; charset=utf-8' },
    '/style.css': { content: await read('style.css'), type: 'text/css; charset=utf-8' },
    '/sandbox-login.css': { content: await read('sandbox-login.css'), type: 'text/css; charset=utf-8' },
    '/icon.svg': { content: await read('icon.svg'), type: 'image/svg+xml' },
    '/inter.woff2': { content: new Uint8Array(fontFile), type: 'font/woff2' },
  }
  const routes = new Hono()
  for (const [path, { content, type }] of Object.entries(files)) {
    const cacheControl = type === 'font/woff2' ? 'public, max-age=31536000, immutable' : 'no-cache'
    routes.get(path, (c) => c.body(content, 200, { 'content-type': type, 'cache-control': cacheControl }))
  }
  return routes
}
