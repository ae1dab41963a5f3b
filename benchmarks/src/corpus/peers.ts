import { readFile } from 'node:fs/promises'
import { getTransactions, parseBufferOrThrow, parseStream } from '@f-o-t/ofx'
import { parse as parseNodeOfx } from 'node-ofx-parser'
import { Ofx } from 'ofx-data-extractor'
import { parse as parseOfxJs } from 'ofx-js'
import { visitAmounts } from '../contestants/ofx-tree.ts'
import { addAmount, emptyReading, type Reader, type Reading } from './reading.ts'

/** A tree holds the file's own texts: its transactions are counted and their amounts read for it. */
function readTree(tree: unknown): Reading {
  const reading = emptyReading()
  visitAmounts(tree, (amount) => {
    reading.rows++
    addAmount(reading, amount)
  })
  return reading
}

export const ofxJs: Reader = async (path) => readTree(await parseOfxJs(await readFile(path, 'utf8')))

export const nodeOfxParser: Reader = async (path) => readTree(parseNodeOfx(await readFile(path, 'utf8')))

export const ofxDataExtractor: Reader = async (path) => readTree(Ofx.fromBuffer(await readFile(path)).toJson())

export const fotBuffer: Reader = async (path) => {
  const reading = emptyReading()
  for (const { TRNAMT } of getTransactions(parseBufferOrThrow(await readFile(path)))) {
    reading.rows++
    addAmount(reading, TRNAMT)
  }
  return reading
}

export const fotStream: Reader = async (path) => {
  const reading = emptyReading()
  for await (const event of parseStream(new Blob([await readFile(path)]).stream())) {
    if (event.type !== 'transaction') continue
    reading.rows++
    addAmount(reading, event.data.TRNAMT)
  }
  return reading
}
