/** One thing that a conforming implementation does. It knows no test runner: a case fails by rejecting. */
export type ConformanceCase = {
  readonly name: string
  /** @throws AssertionError (as a rejection) that says what was wrong. */
  run(): Promise<void>
}
