import { createRandom } from './random.ts'

const START = Date.UTC(2026, 0, 5, 14, 30)

/** Trades in the form of Schwab's Trader interface, as JSON: numbers, nested, with ids of 64 bits; one price of ten has more digits than a double. */
export function schwabTransactions(count: number): string {
  const random = createRandom(11)
  const rows = Array.from({ length: count }, (_, index) => {
    const time = `${new Date(START + index * 60_000).toISOString().slice(0, 19)}+0000`
    const cents = 100 + random.below(90_000)
    const price = index % 10 === 0 ? `${cents / 100}${'1234567890123456'.slice(random.below(3))}` : String(cents / 100)
    const amount = 1 + random.below(400)
    const instrument = `{"assetType":"EQUITY","status":"ACTIVE","symbol":"${random.pick(['AAPL', 'MSFT', 'KO'])}","description":"A SHARE","instrumentId":${1_000_000 + random.below(9_000_000)},"closingPrice":${cents / 100},"type":"COMMON_STOCK"}`
    const fee = (type: string) =>
      `{"instrument":{"assetType":"CURRENCY","status":"ACTIVE","symbol":"CURRENCY_USD","description":"USD currency","instrumentId":1,"closingPrice":0},"amount":0.02,"cost":-0.02,"feeType":"${type}"}`
    return `{"activityId":${90_000_000_000 + index},"time":"${time}","accountNumber":"12345678","type":"TRADE","status":"VALID","subAccount":"MARGIN","tradeDate":"${time}","positionId":${2_700_000_000 + index},"orderId":10${String(index).padStart(14, '0')},"netAmount":${-(amount * cents) / 100},"transferItems":[${fee('COMMISSION')},${fee('SEC_FEE')},{"instrument":${instrument},"amount":${amount},"cost":${-(amount * cents) / 100},"price":${price},"positionEffect":"OPENING"}]}`
  })
  return `[${rows.join(',')}]`
}
