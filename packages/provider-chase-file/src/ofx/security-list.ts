import { Buffer } from 'node:buffer'
import type { ContentChunk } from '../content.ts'
import { childOf, type OfxElement } from './element.ts'
import { aggregateLevels, knownLeaves } from './elements.ts'
import { createScanner, type ScannerLimits } from './scanner.ts'
import { type Security, securityElements, securityKeyOf, toSecurity } from './security.ts'

/** Reads the security list of a file and nothing else. */
export type SecurityList = {
  /** Returns whether to go on: a problem ends the reading that follows as well, which says so. */
  write(chunk: ContentChunk): boolean
  /** What has been read, by {@link securityKeyOf}. */
  readonly securities: ReadonlyMap<string, Security>
}

const infos: ReadonlySet<string> = new Set(securityElements)
const insideInfo: ReadonlySet<string> = new Set(['SECINFO', 'SECID'])

/** Where the first of them begins, or a comment or CDATA section that may hold one: what stands before is looked through for it and not read. */
const FIRST_INFO = new RegExp(`<(?:!|(?:${securityElements.join('|')})[\\s>])`, 'i')
const LONGEST_START = Math.max(...securityElements.map((name) => `<${name}>`.length))

/** A security list stands behind the statements whose rows name securities only by number, so that a file with investments is read for it first. */
export function createSecurityList(limits: ScannerLimits): SecurityList {
  const securities = new Map<string, Security>()
  const scanner = createScanner(
    {
      aggregateLevels,
      leaves: knownLeaves,
      onStart: () => false,
      onEnd(element: OfxElement) {
        if (infos.has(element.name)) securities.set(securityKeyOf(childOf(element, 'SECINFO')), toSecurity(element))
        return insideInfo.has(element.name)
      },
    },
    limits,
  )
  let hasBegun = false
  /** The end of the chunk before, in which the first may begin. */
  let before = ''
  return {
    write(chunk) {
      if (hasBegun) return scanner.write(chunk) === null
      const text = before + chunk.bytes.toString('latin1')
      const start = text.search(FIRST_INFO)
      hasBegun = start !== -1
      before = hasBegun ? '' : text.slice(1 - LONGEST_START)
      return !hasBegun || scanner.write({ ...chunk, bytes: Buffer.from(text.slice(start), 'latin1') }) === null
    },
    securities,
  }
}
