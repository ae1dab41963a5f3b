import { backend } from './backend.ts'
import { closeDialog, openDialog } from './dialog.ts'
import { button, element, part } from './element.ts'
import { formatCount } from './format.ts'
import { type ImportEvent, LARGEST_FILE_BYTES } from './import-event.ts'
import { showNotice, showProblem } from './notice.ts'
import { describeProblem, type Problem, toProblem } from './problem.ts'

type Outcome = Extract<ImportEvent, { type: 'preview' | 'imported' }>

/** What is told of an import, as the backend tells it. */
function listen(id: string, onEvent: (event: ImportEvent) => void): EventSource {
  const source = new EventSource(`/imports/${id}/events`)
  for (const type of ['progress', 'preview', 'imported', 'failed'] satisfies ImportEvent['type'][]) {
    source.addEventListener(type, ({ data }) => onEvent(JSON.parse(data) as ImportEvent))
  }
  return source
}

function showProgress(title: string, share: number, giveUp: () => void): void {
  const percent = Math.min(100, Math.round(share * 100))
  const bar = document.querySelector<HTMLProgressElement>('#dialog progress')
  if (bar !== null) {
    bar.value = percent
    return
  }
  openDialog(
    title,
    [
      element('p', { class: 'muted' }, 'Reading the file …'),
      element('progress', { max: 100, value: percent, 'aria-label': 'Progress' }),
    ],
    giveUp,
  )
}

function previewTable({ accounts }: Outcome): HTMLElement {
  const rows = accounts.map(({ name, added, modified, unchanged }) =>
    element(
      'tr',
      {},
      element('td', { class: 'description' }, name),
      ...[added, modified, unchanged].map((count) => element('td', { class: 'amount' }, count.toLocaleString('en-US'))),
    ),
  )
  const titles = ['New', 'Changed', 'Known']
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'Account'),
    ...titles.map((title) => element('th', { scope: 'col', class: 'amount' }, title)),
  )
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows))
}

function warningsOf({ accounts, rejected, warnings: ofFile }: Outcome): HTMLElement[] {
  const unread = accounts.reduce((sum, account) => sum + account.rejected, rejected)
  const warnings = [...ofFile, ...accounts.flatMap((account) => account.warnings)]
  if (unread > 0) warnings.unshift(`${formatCount(unread, 'row')} can’t be read and will be left out.`)
  return warnings.map((warning) => element('p', { class: 'notice caution' }, warning))
}

/** Shows what an import would do, and lets the user decide. */
function showPreview(id: string, fileName: string, preview: Outcome, giveUp: () => void): void {
  const changes = preview.accounts.reduce((sum, { added, modified }) => sum + added + modified, 0)
  const summary = [fileName, preview.format].filter((each) => each !== null).join(' · ')
  const confirm = button(
    changes === 0 ? 'Import anyway' : `Import ${formatCount(changes, 'change')}`,
    'primary',
    async () => {
      const begun = await backend.importStep(id, 'confirm', {})
      if (begun.isErr()) showFailure(begun.error, giveUp)
    },
  )
  openDialog(
    'Import this file?',
    [
      element('p', { class: 'muted' }, summary),
      previewTable(preview),
      ...warningsOf(preview),
      element('p', { class: 'muted small' }, 'Nothing is stored until you import it.'),
      element('div', { class: 'actions-row' }, confirm),
    ],
    giveUp,
  )
  confirm.focus()
}

/** What is wrong with a file, in the words of whoever read it; "something is wrong" where they have none. */
function describeFailure(problem: Problem): string {
  const reasons = problem.issues.map(({ reason }) => reason)
  return reasons.length === 0 ? describeProblem(problem) : reasons.join(' ')
}

function showFailure(problem: Problem, giveUp: () => void): void {
  const line = element('p', { class: 'notice problem', role: 'alert' }, describeFailure(problem))
  openDialog('This file can’t be imported', [line], giveUp)
}

/** Chase's CSV names no account, unless its name does: the user says which it is. */
function askAccount(id: string, fileName: string, giveUp: () => void): void {
  const kind = element(
    'select',
    { name: 'kind' },
    element('option', { value: 'deposit' }, 'Checking or savings'),
    element('option', { value: 'card' }, 'Credit card'),
  )
  const digits = element('input', {
    name: 'digits',
    required: true,
    pattern: '\\d{4}',
    maxlength: 4,
    inputmode: 'numeric',
    autocomplete: 'off',
    title: 'Four digits',
    placeholder: '1234',
  })
  const status = element('div')
  const form = element(
    'form',
    { class: 'stack' },
    element('label', { class: 'field' }, 'Kind of account', kind),
    element('label', { class: 'field' }, 'Last four digits of its number', digits),
    status,
    element('div', { class: 'actions-row' }, element('button', { class: 'button primary', type: 'submit' }, 'Preview')),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const begun = await backend.importStep(id, 'preview', { accountId: `${kind.value}-${digits.value}` })
    if (begun.isOk()) return
    status.replaceChildren(element('p', { class: 'notice problem', role: 'alert' }, describeProblem(begun.error)))
  })
  const why = element('p', { class: 'muted' }, `${fileName} does not say whose rows it holds.`)
  openDialog('Which account is it?', [why, form], giveUp)
  kind.focus()
}

async function importFile(file: File, onImported: () => Promise<void>): Promise<void> {
  // Said at once, and not after the way there.
  if (file.size > LARGEST_FILE_BYTES) return showProblem(toProblem({ code: 'TOO_LARGE' }))
  const uploaded = await backend.upload(file)
  if (uploaded.isErr()) return showProblem(uploaded.error)
  const { id } = uploaded.value
  const giveUp = () => {
    source.close()
    void backend.giveUpImport(id)
  }
  const source = listen(id, (event) => {
    switch (event.type) {
      case 'progress':
        return showProgress(file.name, event.share, giveUp)
      case 'preview':
        return showPreview(id, file.name, event, giveUp)
      case 'failed': {
        const { problem } = event
        const needsAccount = problem.issues.some(({ path }) => path === 'accountId')
        return needsAccount ? askAccount(id, file.name, giveUp) : showFailure(problem, giveUp)
      }
      case 'imported': {
        source.close()
        closeDialog()
        const changes = event.accounts.reduce((sum, { added, modified }) => sum + added + modified, 0)
        showNotice(`${file.name}: ${formatCount(changes, 'change')} imported.`)
        return void onImported()
      }
    }
  })
}

/** The place to drop files on, or to choose them. */
export function showImportPanel(onImported: () => Promise<void>): void {
  const input = element('input', {
    id: 'import-file',
    type: 'file',
    class: 'visually-hidden',
    accept: '.qfx,.qbo,.ofx,.csv,.CSV,.QFX',
  })
  const take = async (file: File | undefined) => {
    if (file !== undefined) await importFile(file, onImported)
    input.value = ''
  }
  input.addEventListener('change', () => void take(input.files?.[0]))
  const drop = element(
    'label',
    { class: 'drop' },
    input,
    element('strong', {}, 'Drop a file here, or choose one'),
    element('span', { class: 'muted small' }, 'QFX, QBO, OFX or Chase CSV, up to 50 MB'),
  )
  for (const type of ['dragenter', 'dragover']) {
    drop.addEventListener(type, (event) => {
      event.preventDefault()
      drop.classList.add('over')
    })
  }
  drop.addEventListener('dragleave', () => drop.classList.remove('over'))
  drop.addEventListener('drop', (event) => {
    event.preventDefault()
    drop.classList.remove('over')
    void take(event.dataTransfer?.files[0])
  })
  // A file dropped beside it would take the place of the page.
  for (const type of ['dragover', 'drop']) document.addEventListener(type, (event) => event.preventDefault())
  part('import').replaceChildren(
    element(
      'div',
      {},
      element('h2', { id: 'import-title' }, 'Import a file'),
      element(
        'p',
        { class: 'muted small' },
        'You see what it would change before anything is stored. Importing a file twice changes nothing.',
      ),
    ),
    drop,
  )
}
