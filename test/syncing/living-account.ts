import type { SandboxAccount, SandboxPosition, SandboxTransaction } from '@finport/provider-schwab/sandbox'

const DAY = 86_400_000
const usd = { assetType: 'CURRENCY', symbol: 'CURRENCY_USD', description: 'USD currency' }
const fund = {
  assetType: 'COLLECTIVE_INVESTMENT',
  symbol: 'BND',
  description: 'VANGUARD TOTAL BOND',
  type: 'EXCHANGE_TRADED_FUND',
}

const toCents = (dollars: number) => Math.round(dollars * 100) / 100
const toWireTime = (time: number) => new Date(time).toISOString().replace(/\.\d{3}Z$/, '+0000')

/** What is pending has moved no money yet. */
const effectOf = ({ status, netAmount }: SandboxTransaction) => (status === 'VALID' ? Number(netAmount) : 0)

/** An account of Schwab's that lives: what it shows is the truth. */
export class LivingAccount implements SandboxAccount {
  readonly accountNumber: string
  readonly nickName: string
  readonly type = 'CASH'
  cash = 10_000
  positions: SandboxPosition[] = []
  transactions: SandboxTransaction[] = []
  #shares = 0
  readonly #nextId: () => number

  constructor(accountNumber: string, nickName: string, nextId: () => number) {
    this.accountNumber = accountNumber
    this.nickName = nickName
    this.#nextId = nextId
  }

  /** Money that comes or goes. A pending row moves none yet. */
  transfer(time: number, amount: number, description: string, status = 'VALID'): SandboxTransaction {
    const legs = [{ instrument: usd, amount, cost: 0, price: 0 }]
    return this.#add(time, {
      type: amount < 0 ? 'CASH_DISBURSEMENT' : 'CASH_RECEIPT',
      description,
      status,
      netAmount: amount,
      transferItems: legs,
    })
  }

  /** Shares that are bought. */
  buy(time: number, amount: number, price: number): void {
    const cost = toCents(-amount * price)
    const leg = { instrument: fund, amount, cost, price, positionEffect: 'OPENING' }
    this.#add(time, { type: 'TRADE', status: 'VALID', description: null, netAmount: cost, transferItems: [leg] })
    this.#shares += amount
    const marketValue = toCents(this.#shares * price)
    const counts = { longQuantity: this.#shares, shortQuantity: 0, averagePrice: price, currentDayProfitLoss: 0 }
    this.positions = [{ instrument: fund, marketValue, maintenanceRequirement: 0, ...counts }]
  }

  /** Takes a row back, and shows others in its place. */
  replace(row: SandboxTransaction, ...others: SandboxTransaction[]): void {
    this.transactions = this.transactions.filter((other) => other !== row)
    this.cash = toCents(this.cash - effectOf(row))
    this.#show(...others)
  }

  /** The same row with another amount and text. */
  correct(row: SandboxTransaction): void {
    const amount = Number(row.netAmount) + 1
    const legs = [{ instrument: usd, amount, cost: 0, price: 0 }]
    this.replace(row, { ...row, netAmount: amount, description: `${row.description} CORRECTED`, transferItems: legs })
  }

  /** The same row under another id. */
  renumber(row: SandboxTransaction): void {
    this.replace(row, { ...row, activityId: this.#nextId() })
  }

  /** A pending row is booked, under another id. */
  post(row: SandboxTransaction, time: number): void {
    const moment = toWireTime(time)
    this.replace(row, { ...row, activityId: this.#nextId(), status: 'VALID', time: moment, tradeDate: moment })
  }

  /** The booked transfers of the last days before a moment. */
  recent(now: number, days: number): SandboxTransaction[] {
    const isTransfer = ({ type, status }: SandboxTransaction) => type !== 'TRADE' && status === 'VALID'
    return this.transactions.filter((row) => isTransfer(row) && Date.parse(row.time) > now - days * DAY)
  }

  #add(time: number, row: Omit<SandboxTransaction, 'activityId' | 'time'> & { type: string }): SandboxTransaction {
    const moment = toWireTime(time)
    const { accountNumber } = this
    const added = {
      activityId: this.#nextId(),
      time: moment,
      tradeDate: moment,
      settlementDate: moment,
      accountNumber,
      ...row,
    }
    this.#show(added as SandboxTransaction)
    return added as SandboxTransaction
  }

  #show(...rows: SandboxTransaction[]): void {
    this.transactions = [...this.transactions, ...rows]
    this.cash = toCents(rows.reduce((sum, row) => sum + effectOf(row), this.cash))
  }
}
