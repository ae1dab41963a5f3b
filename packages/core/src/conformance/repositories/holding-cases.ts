import assert from 'node:assert/strict'
import { assetTypes } from '../../data/holding.ts'
import type { Holding } from '../../ports/holding-repository.ts'
import type { Repositories } from '../../ports/repositories.ts'
import { settle, succeed } from '../settled.ts'
import { DECIMALS, decimal, holdingOf, instant, JSON_VALUES, TEXTS } from './rows.ts'
import { assertRows, byId, type StoreCases } from './store.ts'

const save = ({ holdings }: Repositories, ...rows: Holding[]) => succeed('holdings.save', () => holdings.save(rows))
const remove = ({ holdings }: Repositories, accountId: string, ...ids: string[]) =>
  succeed('holdings.remove', () => holdings.remove(accountId, ids))
const listByUser = ({ holdings }: Repositories, userId = 'user-1') =>
  succeed('holdings.listByUser', () => holdings.listByUser(userId))
const listByAccount = ({ holdings }: Repositories, accountId = 'account-1') =>
  succeed('holdings.listByAccount', () => holdings.listByAccount(accountId))

/** What `holdings` must do. */
export const holdingCases: StoreCases = {
  async 'holdings: gives back every field as it was saved, through every handle'({ first, second }) {
    const holdings = [
      holdingOf('bare', { symbol: null }),
      holdingOf('whole', {
        securityName: 'Microsoft Corporation',
        assetType: 'option',
        identifiers: { cusip: '594918104', isin: 'US5949181045', figi: 'BBG000BPH459', occ: 'MSFT  260619C00150000' },
        quantity: decimal('-0.000001'),
        costBasis: decimal('123.45'),
        marketValue: decimal('-99999999999999999999.99'),
        averagePrice: decimal('0'),
        currentPrice: decimal('410.1'),
        priceAsOf: instant('2026-01-31T21:00:00.000Z'),
        multiplier: decimal('100'),
        rawData: { lots: [1, 2] },
        version: 3,
      }),
      ...assetTypes.map((assetType) => holdingOf(assetType, { assetType })),
      ...TEXTS.map((text, index) => holdingOf(`text-${index}`, { securityName: text })),
      ...DECIMALS.map((quantity, index) => holdingOf(`decimal-${index}`, { quantity, marketValue: quantity })),
      ...JSON_VALUES.map((rawData, index) => holdingOf(`json-${index}`, { rawData })),
    ]
    assert.equal(await save(first, ...holdings), holdings.length)
    assertRows(await listByAccount(second), byId(holdings), 'Holdings')
    assert.equal(await save(second, ...holdings), 0, 'What is stored just so must not be written again.')
  },

  async 'holdings: lists those of a user and those of an account'({ first }) {
    const own = holdingOf('1')
    const elsewhere = holdingOf('2', { accountId: 'account-2' })
    const foreign = holdingOf('3', { userId: 'user-2', accountId: 'account-3' })
    await save(first, foreign, elsewhere, own)
    assertRows(await listByUser(first), [own, elsewhere], "A user's holdings")
    assertRows(await listByAccount(first, 'account-3'), [foreign], "An account's holdings")
    assert.deepEqual(await listByUser(first, 'user-3'), [])
  },

  async 'holdings: writes those alone that are not stored just so'({ first, second }) {
    const holdings = Array.from({ length: 30 }, (_, index) => holdingOf(`holding-${index}`))
    assert.equal(await save(first), 0, 'Nothing is nothing to write.')
    assert.equal(await save(first, ...holdings), 30)
    const priced = { ...(holdings[4] as Holding), currentPrice: decimal('1'), version: 2 }
    assert.equal(await save(second, ...holdings.with(4, priced)), 1, 'What changed is written, and nothing else.')
    assertRows(await listByAccount(first), byId(holdings.with(4, priced)), 'Holdings')
  },

  async "holdings: keeps a provider's id to one holding of an account, and writes all or none"({ first, second }) {
    await save(first, holdingOf('1'))
    const twin = holdingOf('2', { providerHoldingId: 'provider-1' })
    const result = await settle('holdings.save', () => second.holdings.save([holdingOf('0'), twin]))
    assert.equal(result.isErr() ? result.error.code : 'no error', 'STORAGE_CONFLICT')
    assertRows(await listByAccount(first), [holdingOf('1')], 'What was there before')
    assert.equal(await save(first, { ...twin, accountId: 'account-2' }), 1, 'Other accounts have their own.')
  },

  async 'holdings: deletes those of the account, says how many there were, and frees their ids'({ first, second }) {
    const elsewhere = holdingOf('3', { accountId: 'account-2' })
    await save(first, holdingOf('1'), holdingOf('2'), elsewhere)
    assert.equal(await remove(second, 'account-1'), 0)
    assert.equal(await remove(second, 'account-1', '2', '3', 'none'), 1, "Another account's holding must stay.")
    assert.equal(await remove(second, 'account-1', '2'), 0)
    assertRows(await listByUser(first), [holdingOf('1'), elsewhere], 'What is left')
    assert.equal(await save(first, holdingOf('4', { providerHoldingId: 'provider-2' })), 1)
  },
}
