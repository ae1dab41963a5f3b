import type { Portfolio } from '../routes/accounts.ts'
import type { ConnectionView } from '../routes/connections.ts'
import { type ConnectionActions, showAccounts } from './accounts.ts'
import { backend } from './backend.ts'
import { askKey, type ConnectParts, logIn, openConnectDialog } from './connect-dialog.ts'
import { button, element, part } from './element.ts'
import { formatCount, formatDay } from './format.ts'
import { showHoldings } from './holdings.ts'
import { showImportPanel } from './import-panel.ts'
import { clearNotice, showNotice, showProblem } from './notice.ts'
import { showOverview } from './overview.ts'
import type { Problem } from './problem.ts'
import { isProblemCode, toProblem } from './problem.ts'
import { showTransactions } from './transactions.ts'

const parts: ConnectParts = { providers: [], sandboxKey: null, onConnected: syncNew }

const actions: ConnectionActions = {
  async sync(connection) {
    clearNotice()
    await sync(connection.id)
  },
  async logIn(connection) {
    const provider = parts.providers.find(({ slug }) => slug === connection.provider)
    if (provider === undefined) return
    if (provider.authType === 'api_key') return askKey(parts, provider, connection.id)
    const problem = await logIn(connection.provider, connection.id)
    if (problem !== null) showProblem(problem)
  },
  async disconnect(connection) {
    const ended = await backend.disconnect(connection.id)
    if (ended.isErr()) return showProblem(ended.error)
    showNotice('Disconnected. The credentials are forgotten.')
    await refresh()
  },
}

async function sync(connectionId: string): Promise<void> {
  const report = await backend.sync(connectionId)
  await refresh()
  if (report.isErr()) return showProblem(report.error)
  const { accounts } = report.value
  const broken = accounts.filter(({ outcome }) => outcome !== 'complete')
  const changes = accounts.reduce((sum, { added, modified }) => sum + added + modified, 0)
  const [first] = broken
  if (first === undefined) {
    const news = changes === 0 ? 'nothing is new' : formatCount(changes, 'new transaction')
    return showNotice(`Up to date: ${news}.`)
  }
  if (first.error?.userAction === 'reconnect') return showProblem(toProblem({ code: 'REAUTHENTICATION_REQUIRED' }))
  const reason = first.error === null ? '' : ` ${first.error.message}`
  showNotice(`${formatCount(broken.length, 'account')} could not be read completely.${reason}`)
}

async function syncNew(connectionId: string): Promise<void> {
  showNotice('Connected. Reading your accounts …')
  await refresh()
  await sync(connectionId)
}

/** Puts the focus back on what has the same name in the same part of the page, once that has been made anew. */
function rememberFocus(): () => void {
  const focused = document.activeElement
  const name = focused?.getAttribute('aria-label')
  const section = focused?.closest('section[id]')
  if (!focused || !name || !section) return () => {}
  return () => {
    const same = section.querySelector<HTMLElement>(`[aria-label="${CSS.escape(name)}"]`)
    if (!focused.isConnected) same?.focus({ preventScroll: true })
  }
}

function show({ connections, portfolio }: { connections: ConnectionView[]; portfolio: Portfolio }): void {
  const isEmpty = connections.length === 0
  part('welcome').hidden = !isEmpty
  for (const id of ['accounts', 'holdings', 'transactions']) part(id).hidden = isEmpty
  part('overview').hidden = portfolio.accounts.length === 0
  part('connect').hidden = isEmpty
  if (isEmpty) return
  const restoreFocus = rememberFocus()
  showOverview(portfolio.accounts)
  showAccounts({ connections, accounts: portfolio.accounts }, parts.providers, actions)
  showHoldings(portfolio)
  showTransactions(portfolio.accounts)
  restoreFocus()
}

async function refresh(): Promise<void> {
  const [connections, portfolio] = await Promise.all([backend.connections(), backend.portfolio()])
  if (connections.isErr()) return showProblem(connections.error)
  if (portfolio.isErr()) return showProblem(portfolio.error)
  show({ connections: connections.value.connections, portfolio: portfolio.value })
}

function showWelcome(): void {
  part('welcome').replaceChildren(
    element('h1', {}, 'All your accounts, in one place'),
    element(
      'p',
      {},
      'Connect a broker or import a file from your bank. You choose what is shared, and can end it at any time.',
    ),
    button('Connect your first account', 'primary', () => openConnectDialog(parts)),
  )
}

async function showSandbox(): Promise<void> {
  const sandbox = await backend.sandbox()
  if (sandbox.isErr()) return
  parts.sandboxKey = sandbox.value.alpacaKey
  part('mode').hidden = false
  part('sandbox').hidden = false
  const today = element('strong', {}, formatDay(sandbox.value.today))
  const advance = (days: number) =>
    button(`Skip ${formatCount(days, 'day')}`, 'small', async () => {
      const moved = await backend.advanceSandbox(days)
      if (moved.isErr()) return showProblem(moved.error)
      today.textContent = formatDay(moved.value.today)
      showNotice(`It is ${formatDay(moved.value.today)} in the sandbox. Update an account to see what changed.`)
    })
  part('sandbox').replaceChildren(
    element(
      'div',
      {},
      element('h2', { id: 'sandbox-title' }, 'Sandbox'),
      element(
        'p',
        { class: 'muted small' },
        'The institutions are made up, and so is their clock: it is ',
        today,
        '. A login at Schwab lasts seven days.',
      ),
    ),
    advance(1),
    advance(8),
  )
}

/** Says how a login ended that the user has just come back from. */
async function showLogin(): Promise<void> {
  const query = new URLSearchParams(location.search)
  history.replaceState(null, '', '/')
  const code = query.get('problem')
  const connectionId = query.get('connected')
  if (code !== null) {
    const problem: Problem = toProblem({ code: isProblemCode(code) ? code : 'UNEXPECTED' })
    showProblem(problem)
  }
  if (connectionId !== null) await syncNew(connectionId)
}

const providers = await backend.providers()
if (providers.isErr()) showProblem(providers.error)
else parts.providers = providers.value.providers
part('connect').addEventListener('click', () => openConnectDialog(parts))
showWelcome()
showImportPanel(refresh)
await Promise.all([showSandbox(), refresh()])
await showLogin()
document.body.dataset.ready = ''
