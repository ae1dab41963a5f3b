import { defineConfig } from 'vitest/config'

/** A calendar day must not depend on the machine: every test runs in the east, in the west and in Greenwich. */
const timeZones = ['UTC', 'Pacific/Kiritimati', 'America/St_Johns']

/** What knows no calendar day, and takes long: it runs in Greenwich alone. */
const withoutDays = [
  'packages/vault/test/**',
  'packages/core/test/http/**',
  'packages/core/test/{conformance,conformance-report,credential-repository,decimal,fuzz,protocol-1}.test.ts',
  'packages/core/test/{repository-conformance,repository-faults}.test.ts',
  'packages/core/test/sync/{changes,killed}.test.ts',
  'packages/provider-alpaca/test/{code-generation,sandbox}.test.ts',
  'packages/provider-chase-file/test/{foreign-and-hostile,fuzz,hostile-csv,limits,streaming}.test.ts',
  'packages/storage-kysely/test/{conformance,migrate,pglite-dialect,processes,sqlite-dialect}.test.ts',
  'examples/*/test/conformance.test.ts',
  'examples/chase-import/test/{arguments,program,table}.test.ts',
  'examples/sync-worker/test/{fan-out,night,shared-rate-limiter}.test.ts',
]

/** Rules of sources and pages, which `pnpm check` asks about as well. */
const structureTests = ['test/{structure,guides,errors-page,events-page}.test.ts']

/** They need a Chromium, and have a browser's time zone. */
const browserTests = 'examples/*/test/browser/**/*.test.ts'

/** Some tests start processes or read every source, and a machine may be busy. */
const BUSY_MILLISECONDS = 20_000

export default defineConfig({
  test: {
    isolate: false,
    maxWorkers: '100%',
    projects: [
      ...timeZones.map((timeZone) => ({
        test: {
          name: timeZone,
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          ...(timeZone === 'UTC' ? { globalSetup: 'packages/storage-kysely/test/name-left-out.ts' } : {}),
          exclude: [browserTests, ...(timeZone === 'UTC' ? [] : withoutDays)],
          testTimeout: BUSY_MILLISECONDS,
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
      { test: { name: 'structure', include: structureTests, testTimeout: BUSY_MILLISECONDS, isolate: false } },
      {
        test: {
          name: 'together',
          include: ['test/*.test.ts'],
          exclude: structureTests,
          testTimeout: BUSY_MILLISECONDS,
          isolate: false,
        },
      },
    ],
  },
})
