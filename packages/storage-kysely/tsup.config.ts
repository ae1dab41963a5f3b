import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'neutral',
  // Deno knows Node's modules by their whole names only.
  removeNodeProtocol: false,
  external: [/^node:/],
  dts: false,
  sourcemap: true,
  clean: true,
})
