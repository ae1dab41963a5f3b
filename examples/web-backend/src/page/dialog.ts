import { button, element, part } from './element.ts'

/** Shows something over the page. `onClose` runs when the user closes it, by Escape as well. */
export function openDialog(title: string, content: readonly Node[], onClose: () => void = () => {}): void {
  const dialog = part<HTMLDialogElement>('dialog')
  dialog.replaceChildren(
    element(
      'div',
      { class: 'dialog-head' },
      element('h2', { id: 'dialog-title' }, title),
      button('Close', 'small quiet', () => dialog.close()),
    ),
    element('div', { class: 'stack' }, ...content),
  )
  dialog.onclose = onClose
  if (!dialog.open) dialog.showModal()
}

/** Closes it without a word to whoever opened it. */
export function closeDialog(): void {
  const dialog = part<HTMLDialogElement>('dialog')
  dialog.onclose = null
  dialog.close()
}
