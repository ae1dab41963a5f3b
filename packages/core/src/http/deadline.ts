/** The longest that a timer of the platform takes, in milliseconds: those for longer end at once. */
export const LONGEST_TIMER = 2 ** 31 - 1

/** Ends work after a time, or as soon as a signal says so, even where what it waits for pays no heed to either. */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason))
  })
  const end = () => controller.abort()
  const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER))
  signal?.addEventListener('abort', end)
  if (signal?.aborted) end()
  try {
    return await Promise.race([aborted, work(controller.signal)])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}
