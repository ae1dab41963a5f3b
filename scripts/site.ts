import { Application, Converter, type DocumentReflection, IndexEvent, type ProjectReflection } from 'typedoc'

/** The name of a symbol counts ten times. A word in a guide counts more: it is most likely what is looked for. */
const GUIDE_WEIGHT = 50

/** A plugin of typedoc's: guides go by their headings, not by the names of their files, and are found by what is in them. */
export function load(application: Application): void {
  application.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context: unknown, guide: DocumentReflection) => {
    const [, heading] = /^# (.+)$/m.exec(guide.content.map(({ text }) => text).join('')) ?? []
    if (heading === undefined) throw new Error(`The guide ${guide.name} has no heading.`)
    guide.name = heading
  })

  // The entry '.' of a package with several has no name of its own.
  application.on(Application.EVENT_PROJECT_REVIVE, ({ children = [] }: ProjectReflection) => {
    for (const entry of children.flatMap((module) => module.children ?? [])) if (entry.name === '') entry.name = 'index'
  })

  application.renderer.on(IndexEvent.PREPARE_INDEX, ({ searchFieldWeights }: IndexEvent) => {
    searchFieldWeights.document = GUIDE_WEIGHT
  })
}
