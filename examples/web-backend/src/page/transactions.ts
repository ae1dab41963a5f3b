import type { AccountView } from '../routes/accounts.ts'
import type { TransactionView } from '../routes/transactions.ts'
import { backend } from './backend.ts'
import { button, element, part } from './element.ts'
import { formatChange, formatDay, formatWord } from './format.ts'
import { describeProblem } from './problem.ts'

/** How long to wait for the next letter of a search. */
const PAUSE = 200

let search = ''
let accountId = ''
/** Which request is the last: answers to others come too late. */
let latest = 0

function row(
  {
    transactionDate,
    description,
    amount,
    currency,
    transactionType,
    subtype,
    symbol,
    status,
    accountId,
  }: TransactionView,
  accounts: readonly AccountView[],
): HTMLElement {
  const kind = formatWord(subtype ?? transactionType)
  const account = accounts.find(({ id }) => id === accountId)?.name ?? ''
  // Some rows have no words of their own.
  const [title, ...rest] = [description, kind, symbol, account].filter((each) => each !== null && each !== '')
  const isIn = !amount.startsWith('-') && amount !== '0'
  return element(
    'tr',
    {},
    element('td', { class: 'day wide' }, formatDay(transactionDate)),
    element(
      'td',
      { class: 'description' },
      title ?? '',
      status !== 'posted' && ' ',
      status !== 'posted' && element('span', { class: 'tag' }, formatWord(status)),
      element('span', { class: 'sub' }, rest.join(' · ')),
    ),
    element(
      'td',
      { class: 'amount' },
      element('span', isIn ? { class: 'in' } : {}, formatChange(amount, currency)),
      element('span', { class: 'sub narrow' }, formatDay(transactionDate)),
    ),
  )
}

function createTable(): { table: HTMLTableElement; body: HTMLTableSectionElement } {
  const body = element('tbody')
  const table = element(
    'table',
    { class: 'transactions' },
    element('caption', { class: 'visually-hidden' }, 'Transactions, the newest first'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col', class: 'wide' }, 'Date'),
        element('th', { scope: 'col' }, 'Description'),
        element('th', { scope: 'col', class: 'amount' }, 'Amount'),
      ),
    ),
    body,
  )
  return { table, body }
}

async function list(into: HTMLElement, accounts: readonly AccountView[]): Promise<void> {
  const request = ++latest
  const { table, body } = createTable()
  const more = element('div', { class: 'more' })

  const append = async (after: string | null): Promise<void> => {
    const page = await backend.transactions({ search, accountId, after })
    if (request !== latest) return
    if (page.isErr()) return into.replaceChildren(element('p', { class: 'empty' }, describeProblem(page.error)))
    const { transactions, next } = page.value
    body.append(...transactions.map((transaction) => row(transaction, accounts)))
    more.replaceChildren(...(next === null ? [] : [button('Show more', '', () => append(next))]))
    if (body.rows.length > 0) return into.replaceChildren(table, more)
    const text = search === '' ? 'No transactions yet.' : `Nothing matches “${search}”.`
    into.replaceChildren(element('p', { class: 'empty' }, text))
  }
  await append(null)
}

/** A user's transactions, which can be searched. */
export function showTransactions(accounts: readonly AccountView[]): void {
  if (!accounts.some(({ id }) => id === accountId)) accountId = ''
  const results = element('div', { 'aria-live': 'polite' })
  const input = element('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search transactions',
    value: search,
  })
  const select = element(
    'select',
    { 'aria-label': 'Account' },
    element('option', { value: '' }, 'All accounts'),
    ...accounts.map(({ id, name }) => element('option', { value: id, selected: id === accountId }, name)),
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      search = input.value.trim()
      void list(results, accounts)
    }, PAUSE)
  })
  select.addEventListener('change', () => {
    accountId = select.value
    void list(results, accounts)
  })
  part('transactions').replaceChildren(
    element(
      'div',
      { class: 'card-head' },
      element('h2', { id: 'transactions-title' }, 'Transactions'),
      element('div', { class: 'filters' }, input, select),
    ),
    results,
  )
  void list(results, accounts)
}
