import { createProvider, type FinportError, type RejectedRecord, type Result } from '@finport/core'
import { chaseFile } from '@finport/provider-chase-file'
import type { CanarySearch } from './search.ts'

/** What of a batch is said about it, and what of it is data. */
export function hearBatch(
  { hear }: CanarySearch,
  what: string,
  result: Result<{ items: unknown[]; rejected: RejectedRecord[]; warnings: unknown[] }, FinportError>,
): void {
  if (result.isErr()) {
    hear('error', what, result.error)
    return
  }
  const { items, rejected, ...report } = result.value
  hear('data', what, [items, rejected])
  hear('report', what, { ...report, rejected: withoutData(rejected) })
}

/** What is said of records that were rejected; what is in them is data. */
const withoutData = (rejected: readonly RejectedRecord[]) => rejected.map(({ rawData: _, ...said }) => said)

/** Statements with marked account numbers and texts, whole and broken in several ways. */
export function markedFiles(search: CanarySearch): { name: string; content: string }[] {
  const number = () => search.plantDigits('account number in a file', 12)
  const text = () => search.plant('text in a file', ['data', 'database'])
  const row = (amount: string) =>
    `<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260115120000<TRNAMT>${amount}<FITID>${text()}<NAME>${text()}<MEMO>${text()}</STMTTRN>`
  const statement = (rows: string) => `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260131120000<LANGUAGE>ENG<FI><ORG>B1<FID>10898</FI></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>322271627<ACCTID>${number()}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131${rows}</BANKTRANLIST>
<LEDGERBAL><BALAMT>987.65<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`
  const whole = statement(row('-12.50') + row('3'))
  const csv = (rows: string) => `Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n${rows}`
  const csvRow = (date: string, amount: string) => `DEBIT,${date},${text()},${amount},ACH_DEBIT,100.00,,\n`
  // What a bank writes into the text of a transfer is the user's to see.
  const digits = search.plantDigits('number in a text of a file', 12, ['data', 'database'])
  return [
    { name: 'statement.qfx', content: whole },
    { name: 'cut.qfx', content: statement(row('-12.50') + row('3')).slice(0, -200) },
    { name: 'amounts.qfx', content: statement(row(text()) + row('1e999') + row(`1${text()}`)) },
    { name: 'dates.qfx', content: statement(row('-1')).replace('20260115120000', text()) },
    { name: 'elsewhere.qfx', content: statement('').replace('<CURDEF>USD', `<CURDEF>${text()}<${text()}>`) },
    { name: 'status.qfx', content: statement('').replaceAll('<CODE>0', `<CODE>15500<MESSAGE>${text()}`) },
    {
      name: 'Chase4482_Activity_20260210.CSV',
      content: csv(csvRow('01/15/2026', '-5.00') + csvRow('01/14/2026', '2.00')),
    },
    { name: 'Chase4482_Activity.CSV', content: csv(csvRow(text(), '-5.00') + csvRow('01/14/2026', text()) + text()) },
    {
      name: 'Chase4482_Activity_20260211.CSV',
      content: csv(`DEBIT,01/15/2026,Online Transfer to account ${digits},-5.00,ACCT_XFER,1.00,,\n`),
    },
    { name: 'notes.txt', content: `${text()} ${number()}` },
    { name: 'page.html', content: `<html>${text()}</html>` },
    { name: 'empty.csv', content: '' },
  ]
}

/** What the file provider makes of marked files. */
export async function readMarkedFiles(search: CanarySearch): Promise<void> {
  const provider = createProvider(chaseFile, {}, { logger: search.logger('chase-file') }).unwrap()
  search.hear('shown form', 'the file provider', provider)
  for (const { name, content } of markedFiles(search)) {
    const input = { fileName: name, fileContent: new TextEncoder().encode(content) }
    const credentials = provider.parseCredentials(input).unwrap()
    search.hear('shown form', `credentials of ${name}`, credentials)
    const identified = await provider.identify(credentials)
    search.hear(
      identified.isOk() ? 'report' : 'error',
      `identify ${name}`,
      identified.isOk() ? identified.value : identified.error,
    )
    const accounts = await provider.fetchAccounts(credentials)
    hearBatch(search, `fetchAccounts ${name}`, accounts)
    for (const { providerAccountId } of accounts.isOk() ? accounts.value.items : []) {
      hearBatch(search, `fetchTransactions ${name}`, await provider.fetchTransactions(credentials, providerAccountId))
      hearBatch(search, `fetchHoldings ${name}`, await provider.fetchHoldings(credentials, providerAccountId))
    }
    for await (const page of provider.fetchSnapshot(credentials)) {
      if (page.isErr()) search.hear('error', `fetchSnapshot ${name}`, page.error)
      else {
        const { accounts, transactions, holdings, rejected, ...report } = page.value
        search.hear('data', `fetchSnapshot ${name}`, { accounts, transactions, holdings, rejected })
        search.hear('report', `fetchSnapshot ${name}`, { ...report, rejected: withoutData(rejected) })
      }
    }
  }
  for (const input of [null, {}, { fileName: 1 }, { fileName: 'x', fileContent: search.plant('text in a file') }]) {
    const refused = provider.parseCredentials(input)
    if (refused.isErr()) search.hear('error', 'parseCredentials of a file', refused.error)
  }
}
