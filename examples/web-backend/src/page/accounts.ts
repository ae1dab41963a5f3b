import type { AccountView } from '../routes/accounts.ts'
import type { ConnectionView } from '../routes/connections.ts'
import type { ProviderView } from '../routes/providers.ts'
import { button, element, part } from './element.ts'
import { formatDay, formatMoney, formatWord } from './format.ts'

/** What can be done with a connection. */
export type ConnectionActions = {
  sync: (connection: ConnectionView) => Promise<void>
  logIn: (connection: ConnectionView) => Promise<void>
  disconnect: (connection: ConnectionView) => Promise<void>
}

function accountRow({ name, accountNumberMasked, accountType, balance, currency, balanceAsOf, paper }: AccountView) {
  const kind = accountType === 'unknown' ? '' : formatWord(accountType)
  const number = name.includes(accountNumberMasked) ? '' : accountNumberMasked
  const facts = [kind, number].filter((fact) => fact !== '').join(' ')
  return element(
    'li',
    { class: 'account' },
    element(
      'span',
      {},
      element('span', { class: 'name' }, name),
      paper && ' ',
      paper && element('span', { class: 'tag' }, 'Paper'),
      element('span', { class: 'muted small' }, facts),
    ),
    element(
      'span',
      { class: 'balance' },
      balance === null ? element('span', { class: 'muted' }, 'Not told') : formatMoney(balance, currency),
      balanceAsOf !== null && element('span', { class: 'muted small' }, formatDay(balanceAsOf)),
    ),
  )
}

function connectionBlock(
  connection: ConnectionView,
  provider: ProviderView | undefined,
  accounts: readonly AccountView[],
  actions: ConnectionActions,
): HTMLElement {
  const { status, alias, reauthenticateBy } = connection
  const isFile = provider?.authType === 'file_import'
  const name = [provider?.displayName ?? connection.provider, alias].filter((each) => each !== '').join(' · ')
  const expired = element(
    'div',
    { class: 'notice caution' },
    element('p', {}, 'Your login has ended. What you see is from the last update.'),
    button('Log in again', 'small', () => actions.logIn(connection)),
  )
  const confirmEnd = () => confirm(`Disconnect ${name}? Its accounts go from this page.`)
  const end = button('Disconnect', 'small quiet', async () => {
    if (confirmEnd()) await actions.disconnect(connection)
  })
  end.setAttribute('aria-label', `Disconnect ${name}`)
  const update = button('Update', 'small quiet', () => actions.sync(connection))
  update.setAttribute('aria-label', `Update ${name}`)
  return element(
    'section',
    { class: 'connection' },
    element(
      'div',
      { class: 'connection-head' },
      element('h3', {}, name),
      reauthenticateBy !== null &&
        status === 'active' &&
        element('span', { class: 'muted small' }, `Login lasts until ${formatDay(reauthenticateBy)}`),
      element('span', { class: 'actions' }, status === 'active' && !isFile && update, end),
    ),
    status === 'expired' && expired,
    element('ul', {}, ...accounts.map(accountRow)),
  )
}

/** A user's accounts, under the connections they came by. */
export function showAccounts(
  { connections, accounts }: { connections: readonly ConnectionView[]; accounts: readonly AccountView[] },
  providers: readonly ProviderView[],
  actions: ConnectionActions,
): void {
  const byName = [...accounts].sort((a, b) => a.name.localeCompare(b.name, 'en'))
  part('accounts').replaceChildren(
    element('div', { class: 'card-head' }, element('h2', { id: 'accounts-title' }, 'Accounts')),
    ...connections.map((connection) =>
      connectionBlock(
        connection,
        providers.find(({ slug }) => slug === connection.provider),
        byName.filter(({ connectionId }) => connectionId === connection.id),
        actions,
      ),
    ),
  )
}
