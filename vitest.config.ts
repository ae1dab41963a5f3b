import { defineConfig } from 'vitest/config'

/** A calendar day must not depend on the machine: every test runs in the east, in the west and in Greenwich. */
const timeZones = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns']

export default defineConfig({
  test: {
    isolate: false,
    projects: [
      ...timeZones.map((timeZone) => ({
        test: {
          name: timeZone,
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          env: { TZ: timeZone },
          isolate: false,
        },
      })),
      { test: { name: 'structure', include: ['test/*.test.ts'] } },
    ],
  },
})
