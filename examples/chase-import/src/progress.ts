import { clearLine, cursorTo } from 'node:readline'
import type { StatementFile } from './statement-file.ts'

const SMALLEST = 1_000_000
const BAR_WIDTH = 30

export type Progress = {
  /** The same file, but what is read of it is counted. */
  file: StatementFile
  /** Removes the bar. */
  end: () => void
}

/** Shows on stderr how much of a file has been read, for people and where it takes a while. `readings` is how often it will be read. */
export function showProgress(file: StatementFile, readings: number): Progress {
  if (!process.stderr.isTTY || file.size < SMALLEST) return { file, end: () => {} }
  let bytesRead = 0
  let shown = -1

  const show = (): void => {
    const percent = Math.min(100, Math.floor((bytesRead / (file.size * readings)) * 100))
    if (percent === shown) return
    shown = percent
    const filled = Math.round((percent / 100) * BAR_WIDTH)
    cursorTo(process.stderr, 0)
    process.stderr.write(`${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${`${percent}`.padStart(3)} %`)
  }

  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const bytes of file.fileContent()) {
      bytesRead += bytes.length
      show()
      yield bytes
    }
  }

  return {
    file: { ...file, fileContent: counted },
    end: () => {
      clearLine(process.stderr, 0)
      cursorTo(process.stderr, 0)
    },
  }
}
