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
  return { write: (chunk) => scanner.write(chunk) === null, securities }
}
