import { chromiumPath } from './chromium-path.ts'

/** Says at the end of a run what it left out. */
export function teardown(): void {
  if (chromiumPath !== null) return
  console.log(
    'Left out: the tests of the web backend in a browser, as there is no Chromium (apt-get install chromium).',
  )
}
