import { readFile } from 'node:fs/promises'
import type { ProviderTransactionData } from '@finport/core'
import papaparse from 'papaparse'
import { centsOf, type Tally } from '../inputs/tally.ts'
import { createRowMapper } from './checking-row-mapper.ts'
import type { Contestant } from './contestant.ts'
import { openStream } from './open-stream.ts'

const ACCOUNT = 'deposit-4471'
const PAGE_ROWS = 1_000

/** Calls back with each row but the header, from a file stream. */
function streamRows(path: string, onRow: (row: string[]) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isHeader = true
    papaparse.parse<string[]>(openStream(path), {
      skipEmptyLines: true,
      step({ data }) {
        if (!isHeader) onRow(data)
        isHeader = false
      },
      complete: () => resolve(),
      error: reject,
    })
  })
}

/** The same from a text in memory. */
function readRows(text: string, onRow: (row: string[]) => void): void {
  let isHeader = true
  papaparse.parse<string[]>(text, {
    skipEmptyLines: true,
    step({ data }) {
      if (!isHeader) onRow(data)
      isHeader = false
    },
  })
}

/** Maps rows and hands them on in pages, as Finport does. */
function createPager(tally: Tally): { onRow(row: string[]): void; end(): void } {
  const toTransaction = createRowMapper(ACCOUNT)
  let page: ProviderTransactionData[] = []
  const end = () => {
    for (const { amount } of page) tally.cents += centsOf(amount)
    tally.rows += page.length
    page = []
  }
  return {
    onRow(row) {
      page.push(toTransaction(row))
      if (page.length === PAGE_ROWS) end()
    },
    end,
  }
}

/** The mapper behind it, from a file stream. */
export const mappedStream: Contestant = async (path) => async () => {
  const tally = { rows: 0, cents: 0 }
  const pager = createPager(tally)
  await streamRows(path, pager.onRow)
  pager.end()
  return tally
}

/** The mapper behind it, from the bytes of a file in memory. */
export const mappedBytes: Contestant = async (path) => {
  const bytes = await readFile(path)
  return async () => {
    const tally = { rows: 0, cents: 0 }
    const pager = createPager(tally)
    readRows(bytes.toString('utf8'), pager.onRow)
    pager.end()
    return tally
  }
}

/** The mapper behind it, every transaction in one array, from a file stream. */
export const collected: Contestant = async (path) => async () => {
  const toTransaction = createRowMapper(ACCOUNT)
  const transactions: ProviderTransactionData[] = []
  await streamRows(path, (row) => transactions.push(toTransaction(row)))
  return { rows: transactions.length, cents: transactions.reduce((sum, { amount }) => sum + centsOf(amount), 0) }
}

/** Rows of texts and nothing behind it, from the bytes of a file in memory. */
export const rowsOnly: Contestant = async (path) => {
  const bytes = await readFile(path)
  return async () => {
    const tally = { rows: 0, cents: 0 }
    readRows(bytes.toString('utf8'), ([, , , amount = '']) => {
      tally.rows++
      tally.cents += centsOf(amount)
    })
    return tally
  }
}
