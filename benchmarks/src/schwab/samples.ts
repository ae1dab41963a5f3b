import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '@finport/core'
import { parseLosslessJson } from '@finport/core/http'

export type JsonObject = { readonly [key: string]: Json }

/** What a file of samples holds: accounts, transactions or positions, as Schwab sends them. */
export type SampleFile = { file: string; kind: 'accounts' | 'transactions' | 'positions'; rows: JsonObject[] }

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kindOf(row: JsonObject): SampleFile['kind'] | null {
  if ('securitiesAccount' in row) return 'accounts'
  if ('activityId' in row) return 'transactions'
  return 'longQuantity' in row ? 'positions' : null
}

/** Owners put the same number in place of every id: an index before it keeps the rows apart. */
function withIndex(rows: readonly JsonObject[]): JsonObject[] {
  const seen = new Set<Json | undefined>()
  return rows.map((row, index) => {
    const { activityId } = row
    const isKnown = seen.has(activityId)
    seen.add(activityId)
    return isKnown ? { ...row, activityId: `${index}${activityId}` } : row
  })
}

/** Every file of a folder that holds answers of the trader interface. */
export async function readSamples(folder: string): Promise<SampleFile[]> {
  const paths = await readdir(folder, { recursive: true })
  const samples: SampleFile[] = []
  for (const file of paths.filter((path) => path.endsWith('.json')).sort()) {
    const content = parseLosslessJson(await readFile(join(folder, file), 'utf8'))
    const rows = (Array.isArray(content) ? (content as Json[]) : [content]).filter(isObject)
    const kind = rows[0] === undefined ? null : kindOf(rows[0])
    if (kind !== null) samples.push({ file, kind, rows: kind === 'transactions' ? withIndex(rows) : rows })
  }
  return samples
}
