import { renderMermaidSVG } from 'beautiful-mermaid'
import {
  Application,
  type CommentDisplayPart,
  Converter,
  type DocumentReflection,
  IndexEvent,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc'

/** The name of a symbol counts ten times. A word in a guide counts more: it is most likely what is looked for. */
const GUIDE_WEIGHT = 50

/** Diagrams are drawn here and not by the reader's browser: a page needs no script for them, and nobody else's server. */
function toDrawing(part: CommentDisplayPart): CommentDisplayPart {
  const [, diagram] = /^```mermaid\n(.+)```$/s.exec(part.text) ?? []
  if (part.kind !== 'code' || diagram === undefined) return part
  const drawing = renderMermaidSVG(diagram, { transparent: true })
    // Its own style asks Google for a font; ours is in site.css.
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/ style="--bg:[^"]*"/, '')
    // In Markdown, HTML ends at a line that is blank.
    .replace(/\s*\n\s*/g, ' ')
  if (drawing.includes('@import')) throw new Error('A diagram would load something from elsewhere.')
  return { kind: 'text', text: `<figure class="diagram">${drawing}</figure>` }
}

/** A plugin of typedoc's: guides go by their headings, not by the names of their files, and are found by what is in them. Their diagrams are drawn. */
export function load(application: Application): void {
  application.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context: unknown, guide: DocumentReflection) => {
    const [, heading] = /^# (.+)$/m.exec(guide.content.map(({ text }) => text).join('')) ?? []
    if (heading === undefined) throw new Error(`The guide ${guide.name} has no heading.`)
    guide.name = heading
    guide.content = guide.content.map(toDrawing)
  })

  application.on(Application.EVENT_PROJECT_REVIVE, (project: ProjectReflection) => {
    // The entry '.' of a package with several has no name of its own, nor has a parameter that is taken apart.
    const entries = (project.children ?? []).flatMap((module) => module.children ?? [])
    for (const entry of entries) if (entry.name === '') entry.name = 'index'
    const parameters = project.getReflectionsByKind(ReflectionKind.Parameter)
    for (const parameter of parameters) if (parameter.name === '__namedParameters') parameter.name = 'options'
  })

  application.renderer.on(IndexEvent.PREPARE_INDEX, ({ searchFieldWeights }: IndexEvent) => {
    searchFieldWeights.document = GUIDE_WEIGHT
  })
}
