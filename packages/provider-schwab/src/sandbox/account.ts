import type { Json } from '@finport/core'

/** A position as Schwab sends it. */
export type SandboxPosition = {
  /** In dollars, negative for a short one: the account's value is its cash and the sum of these. */
  readonly marketValue: number
  readonly [key: string]: Json
}

/** A transaction as Schwab sends it. */
export type SandboxTransaction = {
  /** Names it. */
  readonly activityId: number
  /** As `'2026-01-14T05:15:12+0000'`: what the dates of a question are compared with. */
  readonly time: string
  /** Such as `'TRADE'`: what the types of a question are compared with. */
  readonly type: string
  readonly [key: string]: Json
}

/** An account of the sandbox. */
export type SandboxAccount = {
  /** Eight digits. */
  accountNumber: string
  /** What the user calls it. */
  nickName: string
  /** Which balances it has. */
  type: 'CASH' | 'MARGIN'
  /** In dollars: cash in the account; of one with margin, what is owed where it is negative. */
  cash: number
  /** What it holds. */
  positions: readonly SandboxPosition[]
  /** In any order, of any age. */
  transactions: readonly SandboxTransaction[]
}

const toCents = (dollars: number) => Math.round(dollars * 100) / 100

/** The value of an account: its cash and positions. */
function accountValue({ cash, positions }: SandboxAccount): number {
  return toCents(positions.reduce((sum, { marketValue }) => sum + marketValue, cash))
}

/** Balances with the fields that are really sent: some of them are in no published schema, and some of the start of the day hold buying power under other names. */
function toBalances(account: SandboxAccount): { [key: string]: Json } {
  const { cash, type, positions } = account
  const value = accountValue(account)
  const marketValue = toCents(value - cash)
  const buyingPower = toCents(cash * 2)
  const optionValue = positions
    .filter(({ instrument }) => (instrument as { assetType?: string }).assetType === 'OPTION')
    .reduce((sum, option) => sum + option.marketValue, 0)
  // What is borrowed stands apart from cash.
  const loan = type === 'MARGIN' ? Math.min(cash, 0) : 0
  const common = {
    accruedInterest: 0,
    cashBalance: toCents(cash - loan),
    cashReceipts: 0,
    longOptionMarketValue: toCents(Math.max(optionValue, 0)),
    liquidationValue: value,
    longMarketValue: toCents(marketValue - optionValue),
    moneyMarketFund: 0,
    savings: 0,
    shortMarketValue: 0,
    pendingDeposits: 0,
    mutualFundValue: 0,
    bondValue: 0,
    shortOptionMarketValue: toCents(Math.min(optionValue, 0)),
  }
  const initial = { ...common, isInCall: false, accountValue: value, bondValue: buyingPower, mutualFundValue: cash }
  if (type === 'CASH') {
    const available = { cashAvailableForTrading: cash, cashAvailableForWithdrawal: cash }
    const current = { ...common, ...available, cashCall: 0, totalCash: cash, cashDebitCallValue: 0, unsettledCash: 0 }
    return {
      initialBalances: { ...initial, ...available },
      currentBalances: current,
      projectedBalances: available,
    }
  }
  const available = { availableFunds: cash, availableFundsNonMarginableTrade: cash, buyingPower }
  return {
    initialBalances: { ...initial, margin: cash, marginEquity: value, totalCash: 0 },
    currentBalances: {
      ...common,
      ...available,
      buyingPowerNonMarginableTrade: cash,
      dayTradingBuyingPower: buyingPower,
      equity: toCents(value - optionValue),
      equityPercentage: 100,
      maintenanceRequirement: 0,
      marginBalance: loan,
      sma: cash,
    },
    projectedBalances: { ...available, isInCall: false, stockBuyingPower: buyingPower },
  }
}

/** An account as `/accounts` sends it, positions only when they are asked for. */
export function toWireAccount(account: SandboxAccount, withPositions: boolean): Json {
  const value = accountValue(account)
  return {
    securitiesAccount: {
      type: account.type,
      accountNumber: account.accountNumber,
      roundTrips: 0,
      isDayTrader: false,
      isClosingOnlyRestricted: false,
      pfcbFlag: false,
      ...(withPositions && account.positions.length > 0 ? { positions: account.positions } : {}),
      ...toBalances(account),
    },
    aggregatedBalance: { currentLiquidationValue: value, liquidationValue: value },
  }
}
