/** Says at the end of a run what it left out. */
export function teardown(): void {
  if (process.env.FINPORT_POSTGRES_URL !== undefined) return
  console.log(
    'Left out: the tests on PostgreSQL, as FINPORT_POSTGRES_URL is not set (bash .ci/with-postgres pnpm test).',
  )
}
