/** Waits so many milliseconds, or until the signal is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>

/** By the platform's timers. */
export const platformSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal?.addEventListener('abort', finish)
  })

/** What a promise gives, or `null` once the time is over or the signal is aborted. */
export async function waitFor<T>(
  promise: Promise<T>,
  milliseconds: number,
  sleep: Sleep,
  signal?: AbortSignal,
): Promise<T | null> {
  const done = new AbortController()
  const stop = () => done.abort()
  if (signal?.aborted) return null
  signal?.addEventListener('abort', stop)
  try {
    return await Promise.race([promise, sleep(milliseconds, done.signal).then(() => null)])
  } finally {
    signal?.removeEventListener('abort', stop)
    done.abort()
  }
}
