import { defineConfig } from 'vitest/config'

/** A calendar day must not depend on the machine: every test runs in the east, in the west and in Greenwich. */
const timeZones = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns']

/** They need a Chromium, and have a browser's time zone. */
const browserTests = 'examples/*/test/browser/**/*.test.ts'

export default defineConfig({
  test: {
    isolate: false,
    projects: [
      ...timeZones.map((timeZone) => ({
        test: {
          name: timeZone,
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          exclude: [browserTests],
          env: { TZ: timeZone },
          isolate: false,
        },
      })),
      {
        test: {
          name: 'browser',
          include: [browserTests],
          globalSetup: 'examples/web-backend/test/browser/name-left-out.ts',
          testTimeout: 60_000,
        },
      },
      { test: { name: 'structure', include: ['test/*.test.ts'] } },
    ],
  },
})
