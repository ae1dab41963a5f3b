/** The second is what ofx-data-extractor makes of the first. */
const bankTransactions = new Set(['STMTTRN', 'STRTTRN'])
const investmentTransactions = new Set([
  'BUYDEBT',
  'BUYMF',
  'BUYOPT',
  'BUYOTHER',
  'BUYSTOCK',
  'CLOSUREOPT',
  'INCOME',
  'INVEXPENSE',
  'JRNLFUND',
  'JRNLSEC',
  'MARGININTEREST',
  'REINVEST',
  'RETOFCAP',
  'SELLDEBT',
  'SELLMF',
  'SELLOPT',
  'SELLOTHER',
  'SELLSTOCK',
  'SPLIT',
  'TRANSFER',
])

/** Calls back with the amount of each transaction of an OFX file that was made a tree of: the file's own text, or `undefined` where there is none. */
export function visitAmounts(tree: unknown, onAmount: (amount: unknown) => void): void {
  if (!isRecord(tree)) return
  for (const [name, value] of Object.entries(tree)) {
    const isBank = bankTransactions.has(name)
    const isTransaction = isBank || investmentTransactions.has(name)
    for (const each of Array.isArray(value) ? value : [value]) {
      if (!isTransaction) visitAmounts(each, onAmount)
      else onAmount(isBank ? fieldOf(each, 'TRNAMT') : totalOf(each))
    }
  }
}

function totalOf(transaction: unknown): unknown {
  return (
    fieldOf(transaction, 'TOTAL') ??
    fieldOf(fieldOf(transaction, 'INVBUY'), 'TOTAL') ??
    fieldOf(fieldOf(transaction, 'INVSELL'), 'TOTAL')
  )
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
