import type { ContentChunk } from '../content.ts'
import type { OfxElement } from './element.ts'
import { childOf } from './element.ts'
import { aggregateLevels, knownLeaves } from './elements.ts'
import { createScanner, type ScannerLimits } from './scanner.ts'
import { type Security, securityElements, securityKeyOf, toSecurity } from './security.ts'

const infos: ReadonlySet<string> = new Set(securityElements)
const insideInfo: ReadonlySet<string> = new Set(['SECINFO', 'SECID'])

/**
 * Reads the security list of a file and nothing else. It stands behind the statements whose rows name securities only by number, so that a file with investments is read for it
 * first.
 */
export async function readSecurities(
  chunks: AsyncIterable<ContentChunk>,
  limits: ScannerLimits,
): Promise<Map<string, Security>> {
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
  // A problem ends the reading that follows as well, which says so.
  for await (const chunk of chunks) if (scanner.write(chunk) !== null) break
  return securities
}
