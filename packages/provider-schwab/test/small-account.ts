import type { SandboxAccount, SandboxTransaction } from '../src/sandbox/index.ts'

/** A row that moves cash, as Schwab sends it. */
export function cashRow(activityId: number, epochMilliseconds: number, amount = 1): SandboxTransaction {
  const time = new Date(epochMilliseconds).toISOString().replace(/\.\d{3}Z$/, '+0000')
  const usd = { assetType: 'CURRENCY', symbol: 'CURRENCY_USD', description: 'USD currency' }
  return {
    activityId,
    time,
    type: 'WIRE_IN',
    status: 'VALID',
    description: 'Wire Incoming',
    accountNumber: '71234567',
    tradeDate: time,
    netAmount: amount,
    transferItems: [{ instrument: usd, amount, cost: 0, price: 0 }],
  }
}

/** An account that has these rows and nothing else. */
export function accountOf(transactions: readonly SandboxTransaction[]): SandboxAccount {
  return { accountNumber: '71234567', nickName: 'Small', type: 'CASH', cash: 10, positions: [], transactions }
}
