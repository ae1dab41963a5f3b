import { Decimal } from '@finport/core'
import { expect, test } from 'vitest'
import { formatChange, formatMoney, formatRound } from '../src/page/format.ts'

const decimal = (text: string) => Decimal.parse(text).unwrap()

test('what rounds to nothing has no sign', () => {
  expect(formatMoney(decimal('-0.003'), 'USD')).toBe('$0.00')
  expect(['-0.003', '0', '0.003'].map((amount) => formatChange(decimal(amount), 'USD'))).toEqual(Array(3).fill('$0.00'))
  expect(['-12.5', '12.5', '0.005'].map((amount) => formatChange(decimal(amount), 'USD'))).toEqual([
    '-$12.50',
    '+$12.50',
    '+$0.01',
  ])
})

test('a label of a scale is the number it stands at', () => {
  expect([0, -1250, 101_025, 2.5].map((value) => formatRound(value, 'USD'))).toEqual([
    '$0',
    '-$1,250',
    '$101,025',
    '$2.50',
  ])
  expect(formatRound(1250, 'XXX')).toBe('1,250')
})
