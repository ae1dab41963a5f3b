type Attributes = { readonly [name: string]: string | number | boolean | ((event: Event) => void) }
type Child = Node | string | null | false

function fill(node: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value)
    else if (typeof value === 'boolean') node.toggleAttribute(name, value)
    else node.setAttribute(name, String(value))
  }
  node.append(...children.filter((child) => child !== null && child !== false))
}

/** An HTML element. Text is text and never markup; attributes that begin with `on` are listeners. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag)
  fill(node, attributes, children)
  return node
}

/** An SVG element. */
export function shape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag)
  fill(node, attributes, children)
  return node
}

/** The element that the page has under an id. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const node = document.getElementById(id)
  if (node === null) throw new Error(`The page has no #${id}.`)
  return node as T
}

/** A button that shows that it is at work, and can't be pressed again, until its work is done. */
export function button(label: string, className: string, work: () => Promise<void> | void): HTMLButtonElement {
  const node = element('button', { type: 'button', class: `button ${className}` }, label)
  node.addEventListener('click', async () => {
    if (node.ariaBusy === 'true') return
    node.ariaBusy = 'true'
    await work()
    node.ariaBusy = null
  })
  return node
}
