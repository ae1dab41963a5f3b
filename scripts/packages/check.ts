const timings: { name: string; seconds: number }[] = []

/** Does a part of the work; what goes wrong is told with its name and with what its processes printed. */
export async function check<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  try {
    return await work()
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
    throw new Error([`✗ ${name}`, message, stdout, stderr].filter((text) => text !== '').join('\n'))
  } finally {
    timings.push({ name, seconds: (performance.now() - start) / 1000 })
  }
}

/** Waits for all of them, so that nothing is still at work in a folder that is being removed. */
export async function allDone(works: Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works)
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\n\n'))
}

/** Does the whole work of a script, and prints how long each part took. */
export async function runChecks(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
  for (const { name, seconds } of timings) console.log(`${seconds.toFixed(1).padStart(5)} s  ${name}`)
}
