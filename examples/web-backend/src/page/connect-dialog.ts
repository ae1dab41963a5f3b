import type { ProviderView } from '../routes/providers.ts'
import { backend } from './backend.ts'
import { closeDialog, openDialog } from './dialog.ts'
import { button, element, part } from './element.ts'
import { formatWord } from './format.ts'
import { describeProblem, type Problem } from './problem.ts'

/** What the dialog needs of the page. */
export type ConnectParts = {
  providers: readonly ProviderView[]
  /** The key of the sandbox's account; `null` when live. */
  sandboxKey: Record<string, string> | null
  /** Runs once something is connected. */
  onConnected: (connectionId: string) => Promise<void>
}

/** How users connect, in a word. */
const ways: Readonly<Record<string, string>> = {
  oauth: 'Log in there',
  api_key: 'With an API key',
  file_import: 'From a file',
}

function problemLine(problem: Problem): HTMLElement {
  return element('p', { class: 'notice problem', role: 'alert' }, describeProblem(problem))
}

/** Lets the user choose an institution. */
export function openConnectDialog(parts: ConnectParts): void {
  const choices = parts.providers.map((provider) =>
    element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: 'choice', onclick: () => choose(parts, provider) },
        element('span', { class: 'monogram', 'aria-hidden': 'true' }, provider.displayName.charAt(0)),
        element(
          'span',
          {},
          element('strong', {}, provider.displayName),
          element(
            'span',
            { class: 'muted small' },
            `${formatWord(provider.category)} · ${ways[provider.authType] ?? ''}`,
          ),
        ),
        element('span', { class: 'arrow', 'aria-hidden': 'true' }, '→'),
      ),
    ),
  )
  openDialog('Where are your accounts?', [element('ul', { class: 'stack' }, ...choices)])
}

function choose(parts: ConnectParts, provider: ProviderView): void {
  if (provider.authType === 'oauth') askConsent(provider)
  else if (provider.authType === 'api_key') askKey(parts, provider)
  else {
    closeDialog()
    part('import').scrollIntoView({ block: 'center' })
    part('import-file').focus()
  }
}

/** Goes to the institution; when that can't be, says why. */
export async function logIn(slug: string, connectionId?: string): Promise<Problem | null> {
  const begun = await backend.authorize(slug, connectionId === undefined ? {} : { connectionId })
  if (begun.isErr()) return begun.error
  location.assign(begun.value.authorizationUrl)
  return null
}

function askConsent({ slug, displayName, scopes }: ProviderView): void {
  const status = element('div')
  openDialog(`Connect ${displayName}`, [
    element('p', {}, `You log in at ${displayName} and choose the accounts to share. Your password stays there.`),
    element(
      'ul',
      { class: 'scopes' },
      ...scopes.map(({ description }) => element('li', { class: 'small' }, description)),
    ),
    status,
    element(
      'div',
      { class: 'actions-row' },
      button(`Continue to ${displayName}`, 'primary', async () => {
        const problem = await logIn(slug)
        if (problem !== null) status.replaceChildren(problemLine(problem))
      }),
    ),
  ])
}

/** Asks for a key. For a connection that is there, it replaces the key it has. */
export function askKey(
  parts: ConnectParts,
  { slug, displayName, documentationUrl }: ProviderView,
  connectionId?: string,
) {
  const status = element('div')
  const input = (name: string, label: string, type: string) =>
    element('label', { class: 'field' }, label, element('input', { name, type, required: true, autocomplete: 'off' }))
  const environment = element(
    'select',
    { name: 'environment' },
    element('option', { value: 'live' }, 'Live account'),
    element('option', { value: 'paper' }, 'Paper account'),
  )
  const submit = element('button', { class: 'button primary', type: 'submit' }, 'Connect')
  const form = element(
    'form',
    { class: 'stack' },
    input('apiKey', 'API key', 'text'),
    input('apiSecret', 'Secret', 'password'),
    element('label', { class: 'field' }, 'Account', environment),
    status,
    element('div', { class: 'actions-row' }, submit),
  )
  const { sandboxKey } = parts
  if (sandboxKey !== null) {
    const fillIn = () => {
      for (const [name, value] of Object.entries(sandboxKey)) {
        const field = form.elements.namedItem(name)
        if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value
      }
    }
    form.querySelector('.actions-row')?.prepend(button('Use the sandbox’s key', '', fillIn))
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (submit.ariaBusy === 'true') return
    submit.ariaBusy = 'true'
    const typed = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    const named = connectionId === undefined ? {} : { connectionId }
    const connected = await backend.connect({ provider: slug, input: typed, ...named })
    submit.ariaBusy = null
    if (connected.isErr()) return status.replaceChildren(problemLine(connected.error))
    closeDialog()
    await parts.onConnected(connected.value.id)
  })
  const link = element(
    'a',
    { href: documentationUrl ?? '#', rel: 'noreferrer', target: '_blank' },
    'Where do I find it?',
  )
  openDialog(`Connect ${displayName}`, [element('p', {}, 'Your key is encrypted before it is stored. ', link), form])
}
