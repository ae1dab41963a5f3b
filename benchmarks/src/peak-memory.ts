import { existsSync, readFileSync } from 'node:fs'

const LINUX_STATUS = '/proc/self/status'

/**
 * The most memory that this process had at a time, in bytes.
 *
 * `process.resourceUsage().maxRSS` is not enough on Linux: a process begins with the maximum of the one that started it, so that a small child of a large parent seems large.
 */
export function peakMemory(): number {
  const status = existsSync(LINUX_STATUS) ? readFileSync(LINUX_STATUS, 'utf8') : ''
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes))
}
