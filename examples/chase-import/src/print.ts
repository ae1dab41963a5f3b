import { once } from 'node:events'

/** Writes to stdout, and waits while the reader of a pipe can't keep up. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** A reader that has seen enough, such as `head`, closes the pipe: that is no failure. */
export function endQuietlyWhenClosed(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}
