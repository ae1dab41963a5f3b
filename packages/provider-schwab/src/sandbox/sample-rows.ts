import { type IsoDate, type Json, toInstant } from '@finport/core'
import { startOfDay } from '../new-york-day.ts'
import type { SandboxPosition, SandboxTransaction } from './account.ts'

/** A security as legs and positions name it. */
export type SampleSecurity = { readonly assetType: string; readonly symbol: string; readonly [key: string]: Json }

const toCents = (dollars: number) => Math.round(dollars * 100) / 100

/** As Schwab writes moments: an offset without a colon. */
function toWireTime(epochMilliseconds: number): string {
  return toInstant(epochMilliseconds).replace(/\.\d{3}Z$/, '+0000')
}

const usd = {
  assetType: 'CURRENCY',
  status: 'ACTIVE',
  symbol: 'CURRENCY_USD',
  description: 'USD currency',
  instrumentId: 1,
  closingPrice: 0,
}

/** A position; a negative quantity is a short one. */
export function toPosition(
  instrument: SampleSecurity,
  {
    quantity,
    averagePrice,
    price,
    multiplier = 1,
  }: { quantity: number; averagePrice: number; price: number; multiplier?: number },
): SandboxPosition {
  const marketValue = toCents(quantity * price * multiplier)
  const profit = toCents(marketValue - quantity * averagePrice * multiplier)
  const side = quantity < 0 ? 'Short' : 'Long'
  return {
    shortQuantity: Math.max(-quantity, 0),
    averagePrice,
    currentDayProfitLoss: 0,
    currentDayProfitLossPercentage: 0,
    longQuantity: Math.max(quantity, 0),
    settledLongQuantity: Math.max(quantity, 0),
    settledShortQuantity: Math.min(quantity, 0),
    instrument,
    marketValue,
    maintenanceRequirement: 0,
    [`average${side}Price`]: averagePrice,
    [`taxLotAverage${side}Price`]: averagePrice,
    [`${side.toLowerCase()}OpenProfitLoss`]: profit,
    [`previousSession${side}Quantity`]: Math.abs(quantity),
    currentDayCost: 0,
  }
}

/** Rows of one account. */
export interface SampleLedger {
  /** A filled order: no description and no settlement date, dated to the second, with the fees that every order has. */
  fill(
    day: IsoDate,
    security: SampleSecurity,
    trade: {
      amount: number
      price: number
      effect: 'OPENING' | 'CLOSING'
      multiplier?: number
      commission?: number
      fee?: number
    },
  ): void
  /** A booked item that moves cash alone. */
  cash(day: IsoDate, type: string, description: string, amount: number, more?: { readonly [key: string]: Json }): void
  /** A booked item that moves securities. */
  booked(
    day: IsoDate,
    type: string,
    description: string,
    legs: readonly { readonly [key: string]: Json }[],
    netAmount: number,
  ): void
  readonly rows: readonly SandboxTransaction[]
}

const HOUR_MILLISECONDS = 3_600_000

/** Numbers its rows from `firstId` on. */
export function createSampleLedger(accountNumber: string, firstId: number): SampleLedger {
  const rows: SandboxTransaction[] = []
  const base = () => ({ accountNumber, status: 'VALID', subAccount: 'CASH' })
  const feeLeg = (feeType: string, fee: number) => ({
    instrument: usd,
    amount: fee,
    cost: fee === 0 ? 0 : -fee,
    feeType,
  })
  const bookedAt = (day: IsoDate) => {
    const midnight = toWireTime(startOfDay(day))
    return { time: toWireTime(startOfDay(day) + 11 * HOUR_MILLISECONDS), tradeDate: midnight, settlementDate: midnight }
  }

  return {
    rows,
    fill(day, instrument, { amount, price, effect, multiplier = 1, commission = 0, fee = 0 }) {
      const time = toWireTime(startOfDay(day) + 10 * HOUR_MILLISECONDS + rows.length * 1_000)
      const cost = toCents(-amount * price * multiplier)
      rows.push({
        activityId: firstId + rows.length,
        time,
        ...base(),
        type: 'TRADE',
        tradeDate: time,
        positionId: 2_700_000_000 + rows.length,
        orderId: 1_003_000_000_000 + firstId + rows.length,
        netAmount: toCents(cost - commission - fee),
        transferItems: [
          feeLeg('COMMISSION', commission),
          feeLeg('SEC_FEE', 0),
          feeLeg('OPT_REG_FEE', 0),
          feeLeg('TAF_FEE', fee),
          { instrument, amount, cost, price, positionEffect: effect },
        ],
      })
    },
    cash(day, type, description, amount, more = {}) {
      rows.push({
        activityId: firstId + rows.length,
        description,
        ...bookedAt(day),
        ...base(),
        type,
        netAmount: amount,
        ...more,
        transferItems: [{ instrument: usd, amount, cost: 0, price: 0 }],
      })
    },
    booked(day, type, description, legs, netAmount) {
      const { settlementDate: _, ...dates } = bookedAt(day)
      rows.push({
        activityId: firstId + rows.length,
        description,
        ...dates,
        ...base(),
        type,
        netAmount,
        transferItems: legs,
      })
    },
  }
}
