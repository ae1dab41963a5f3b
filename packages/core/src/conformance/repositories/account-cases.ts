import assert from 'node:assert/strict'
import { accountCategories, accountStatuses, accountTypes, taxTreatments } from '../../data/account.ts'
import type { Account } from '../../ports/account-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { settle, succeed } from '../settled.ts'
import { accountOf, DECIMALS, instant, JSON_VALUES, TEXTS } from './rows.ts'
import { assertRow, assertRows, byId, type StoreCases } from './store.ts'

const find = ({ accounts }: Repositories, id: string, userId = 'user-1') =>
  succeed('accounts.find', () => accounts.find(userId, id))
const save = ({ accounts }: Repositories, ...rows: Account[]) => succeed('accounts.save', () => accounts.save(rows))
const listByUser = ({ accounts }: Repositories, userId = 'user-1') =>
  succeed('accounts.listByUser', () => accounts.listByUser(userId))
const listByConnection = ({ accounts }: Repositories, connectionId: string) =>
  succeed('accounts.listByConnection', () => accounts.listByConnection(connectionId))

/** What `accounts` must do. */
export const accountCases: StoreCases = {
  async 'accounts: gives back every field as it was saved, through every handle'({ first, second }) {
    const whole = accountOf('whole', {
      category: 'investment',
      accountType: 'ira_roth',
      taxTreatment: 'free',
      balance: DECIMALS[4] ?? null,
      availableBalance: DECIMALS[5] ?? null,
      cashBalance: DECIMALS[1] ?? null,
      holdingsValue: DECIMALS[7] ?? null,
      balanceAsOf: instant('2026-01-31T12:00:00.001Z'),
      isActive: false,
      paper: true,
      margin: false,
      rawData: { ira: true },
      version: 2_147_483_647,
    })
    const accounts = [whole, accountOf('margin', { margin: true, balance: null }), accountOf('bare')]
    assert.equal(await save(first, ...accounts), 3)
    for (const account of accounts) assertRow(await find(second, account.id), account, 'An account')
    assertRows(await listByUser(second), byId(accounts), 'All accounts')
  },

  async 'accounts: keeps texts, numbers and JSON of every kind'({ first, second }) {
    const accounts = [
      ...TEXTS.map((text, index) =>
        accountOf(`text-${index}`, { name: text, providerAccountId: `${index}${text.slice(0, 99)}` }),
      ),
      ...DECIMALS.map((balance, index) => accountOf(`decimal-${index}`, { balance })),
      ...JSON_VALUES.map((rawData, index) => accountOf(`json-${index}`, { rawData })),
    ]
    assert.equal(await save(first, ...accounts), accounts.length)
    assertRows(await listByUser(second), byId(accounts), 'All accounts')
    assert.equal(await save(second, ...accounts), 0, 'Accounts that are stored just so must not be written again.')
  },

  async 'accounts: keeps every word of an enum'({ first }) {
    const accounts = [
      ...accountCategories.map((category) => accountOf(category, { category })),
      ...accountTypes.map((accountType) => accountOf(`type-${accountType}`, { accountType })),
      ...accountStatuses.map((status) => accountOf(`status-${status}`, { status })),
      ...taxTreatments.map((taxTreatment) => accountOf(`tax-${taxTreatment}`, { taxTreatment })),
    ]
    await save(first, ...accounts)
    assertRows(await listByUser(first), byId(accounts), 'All accounts')
  },

  async 'accounts: keeps nothing of the object it was given, and gives none of its own'({ first }) {
    const rawData = { tags: ['mine'] }
    await save(first, accountOf('1', { rawData }))
    rawData.tags.push('changed')
    const read = (await find(first, '1'))?.rawData as typeof rawData | undefined
    read?.tags.push('changed')
    assertRow(await find(first, '1'), accountOf('1', { rawData: { tags: ['mine'] } }), 'An account')
  },

  async 'accounts: shows an account to its user and under its connection alone'({ first }) {
    const other = accountOf('2', { userId: 'user-2', connectionId: 'connection-2' })
    await save(first, accountOf('1'), other)
    assert.equal(await find(first, '2'), null, "Another user's account must not be found.")
    assert.equal(await find(first, '3'), null)
    assertRows(await listByUser(first), [accountOf('1')], "A user's accounts")
    assertRows(await listByConnection(first, 'connection-2'), [other], "A connection's accounts")
    assert.deepEqual(await listByConnection(first, 'connection-3'), [])
  },

  async 'accounts: writes those alone that are not stored just so'({ first, second }) {
    const accounts = Array.from({ length: 20 }, (_, index) => accountOf(`account-${index}`))
    assert.equal(await save(first), 0, 'Nothing is nothing to write.')
    assert.equal(await save(first, ...accounts), 20)
    assert.equal(await save(second, ...accounts), 0, 'Accounts that are stored just so must not be written again.')
    const changed = { ...(accounts[7] as Account), availableBalance: DECIMALS[2] ?? null, version: 2 }
    const added = accountOf('another')
    assert.equal(await save(second, ...accounts.with(7, changed), added), 2, 'What changed and what is new is written.')
    assertRows(await listByConnection(first, 'connection-1'), byId([...accounts.with(7, changed), added]), 'Accounts')
  },

  async "accounts: keeps a provider's id to one account of a connection, and writes all or none"({ first, second }) {
    await save(first, accountOf('1'))
    const twin = accountOf('2', { providerAccountId: 'provider-1' })
    const result = await settle('accounts.save', () => second.accounts.save([accountOf('0'), twin]))
    assert.equal(result.isErr() ? result.error.code : 'no error', 'STORAGE_CONFLICT')
    assertRows(await listByUser(first), [accountOf('1')], 'What was there before')
    assert.equal(await save(first, { ...twin, connectionId: 'connection-2' }), 1, 'Other connections have their own.')
  },
}
