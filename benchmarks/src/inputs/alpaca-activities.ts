import { createRandom } from './random.ts'

const symbols = ['AAPL', 'MSFT', 'SPY', 'BTC/USD', 'KO', 'AAPL260417C00230000'] as const
const START = Date.UTC(2026, 0, 5, 14, 30)
const DAY = 24 * 60 * 60 * 1000
const SESSION = 5.5 * 60 * 60 * 1000
const DAYS = 250

/** Activities as Alpaca lists them, as JSON: nine fills of ten, whose orders have one or two, and a dividend. */
export function alpacaActivities(count: number): string {
  const random = createRandom(7)
  const hex = (length: number) => Array.from({ length }, () => random.below(16).toString(16)).join('')
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  const rows = Array.from({ length: count }, (_, index) => {
    const session = (index * DAYS) / count
    const time = new Date(START + Math.floor(session) * DAY + Math.floor((session % 1) * SESSION)).toISOString()
    const day = time.slice(0, 10)
    const stamp = time.replace(/\D/g, '')
    const symbol = random.pick(symbols)
    if (index % 10 === 9) {
      const amount = `${random.below(100)}.${10 + random.below(90)}`
      const fields = {
        activity_type: 'DIV',
        activity_sub_type: 'CDIV',
        date: day,
        net_amount: amount,
        description: 'Cash dividend',
      }
      return {
        id: `${stamp.slice(0, 8)}000000000::${uuid()}`,
        ...fields,
        symbol: 'KO',
        qty: '201.9617035750071243',
        per_share_amount: '0.108783',
        status: 'executed',
      }
    }
    const quantity = String(1 + random.below(500))
    return {
      id: `${stamp}::${uuid()}`,
      activity_type: 'FILL',
      transaction_time: `${time.slice(0, -1)}${100 + random.below(900)}Z`,
      type: 'fill',
      price: `${1 + random.below(900)}.${10 + random.below(90)}`,
      qty: quantity,
      side: random.pick(['buy', 'sell']),
      symbol,
      leaves_qty: '0',
      order_id: uuid(),
      cum_qty: quantity,
      order_status: 'filled',
    }
  })
  return JSON.stringify(rows)
}
