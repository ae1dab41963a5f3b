import { type Application, Converter, type DocumentReflection, IndexEvent } from 'typedoc'

/** The name of a symbol counts ten times. A word in a guide counts more: it is most likely what is looked for. */
const GUIDE_WEIGHT = 50

/** A plugin of typedoc's: guides go by their headings, not by the names of their files, and are found by what is in them. */
export function load(application: Application): void {
  application.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context: unknown, guide: DocumentReflection) => {
    const [, heading] = /^# (.+)$/m.exec(guide.content.map(({ text }) => text).join('')) ?? []
    if (heading === undefined) throw new Error(`The guide ${guide.name} has no heading.`)
    guide.name = heading
  })
  application.renderer.on(IndexEvent.PREPARE_INDEX, ({ searchFieldWeights }: IndexEvent) => {
    searchFieldWeights.document = GUIDE_WEIGHT
  })
}
