/**
 * Reads every answer of Schwab's in a folder with the provider, as if Schwab had just sent it, and with the schemas of @sudowealth/schwab-api: how many rows come in, are mapped and are rejected, and which sums hold to the cent where amounts
 * are not scrubbed.
 *
 *     pnpm bench:schwab [--rows] <folder>
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { checkIdentities } from './schwab/identities.ts'
import { readWithFinport } from './schwab/read-with-finport.ts'
import { readWithSchwabApi } from './schwab/read-with-schwab-api.ts'
import { readSamples } from './schwab/samples.ts'
import { renderTable } from './table.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rows: { type: 'boolean' } } })
const [folderArgument] = positionals
if (folderArgument === undefined || positionals.length > 1) {
  console.error('usage: pnpm bench:schwab [--rows] <folder of answers>')
  process.exit(1)
}

// pnpm runs scripts in the root; INIT_CWD is where the user is.
const folder = resolve(process.env.INIT_CWD ?? '', folderArgument)
const table: string[][] = []
const remarks: string[] = []
let isWhole = true

for (const sample of await readSamples(folder)) {
  const finport = await readWithFinport(sample)
  const schwabApi = readWithSchwabApi(sample)
  const identities = checkIdentities(sample, finport).filter(({ checked }) => checked > 0)
  isWhole &&= finport.mapped === sample.rows.length && finport.rejected.length === 0
  const kept = schwabApi?.keepsBalances ?? null
  table.push([
    sample.file,
    sample.kind,
    String(sample.rows.length),
    String(finport.mapped),
    String(finport.rejected.length),
    identities.map(({ name, checked, holding }) => `${name} ${holding}/${checked}`).join(', ') || '-',
    schwabApi === null ? '-' : `${schwabApi.taken}${kept === null ? '' : `, balances kept: ${kept}`}`,
  ])
  for (const line of [...finport.rejected, ...finport.warnings]) remarks.push(`${sample.file}: ${line.slice(0, 200)}`)
  if (!values.rows) continue
  for (const row of finport.transactions) {
    const { transactionDate, providerType, transactionType, subtype, amount, symbol, quantity, description } = row
    console.log(
      [transactionDate, providerType, `${transactionType}/${subtype}`, amount, symbol, quantity, description].join(
        '  ',
      ),
    )
  }
  for (const { assetType, symbol, quantity, costBasis, marketValue, currentPrice } of finport.holdings)
    console.log([assetType, symbol, quantity, costBasis, marketValue, currentPrice].join('  '))
}

const header = ['file', 'what', 'rows in', 'mapped', 'rejected', 'sums that hold', '@sudowealth/schwab-api takes']
console.log(renderTable(header, table))
if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`)
process.exitCode = isWhole ? 0 : 1
