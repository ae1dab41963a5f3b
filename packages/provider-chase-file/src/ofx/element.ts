/** An aggregate with what was in it. */
export type OfxElement = {
  readonly name: string
  /** Bytes before its start tag. */
  readonly offset: number
  /** Names and values of its leaves in turn: `['TRNTYPE', 'DEBIT', 'TRNAMT', '-12.50']`. */
  readonly fields: string[]
  readonly children: OfxElement[]
}

/** The value of an element's first leaf of a name; empty when there is none. */
export function fieldOf(element: OfxElement | undefined, name: string): string {
  if (element === undefined) return ''
  const { fields } = element
  for (let index = 0; index < fields.length; index += 2) if (fields[index] === name) return fields[index + 1] as string
  return ''
}

/** An element's first child of a name. */
export function childOf(element: OfxElement | undefined, name: string): OfxElement | undefined {
  if (element === undefined) return undefined
  for (const child of element.children) if (child.name === name) return child
  return undefined
}
