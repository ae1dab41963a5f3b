import { readFile } from 'node:fs/promises'
import type { Contestant } from './contestant.ts'

/** No more than decoding the bytes of a file: nothing that reads text can be faster. */
export const decoder: Contestant = async (path) => {
  const bytes = await readFile(path)
  return async () => {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return null
  }
}
