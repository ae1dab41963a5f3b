import type { ProviderTransactionData } from '@finport/core'
import { childOf, fieldOf, type OfxElement } from './element.ts'

/** What a row says of an earlier one: it takes its place, deletes it (CORRECTFITID, OFX 2.2, section 11.4.4.1), or undoes it (REVERSALFITID, section 13.9.2.4.1). */
export type CorrectionAction = 'replace' | 'delete' | 'reverse'

/** A row that corrects another, which it names by FITID. */
export type Correction = {
  readonly action: CorrectionAction
  /** The row that is corrected. */
  readonly target: string
  /** What the correcting row is by itself. */
  readonly transactions: readonly ProviderTransactionData[]
  /** Where it stands. */
  readonly path: string
}

/** A row's FITID within an account. */
export function fitIdKey(providerAccountId: string, fitId: string): string {
  return `${providerAccountId}\n${fitId}`
}

/** The FITID of a row of any kind; empty when there is none. */
export function fitIdOf(element: OfxElement): string {
  return fieldOf(element, 'FITID') || fieldOf(generalOf(element), 'FITID')
}

/** What a row corrects and how; `null` for most. */
export function correctionOf(element: OfxElement): { action: CorrectionAction; fitId: string } | null {
  const corrected = fieldOf(element, 'CORRECTFITID')
  if (corrected !== '')
    return { action: fieldOf(element, 'CORRECTACTION') === 'DELETE' ? 'delete' : 'replace', fitId: corrected }
  const reversed = fieldOf(generalOf(element), 'REVERSALFITID')
  return reversed === '' ? null : { action: 'reverse', fitId: reversed }
}

function generalOf(element: OfxElement): OfxElement | undefined {
  return childOf(childOf(element, 'INVBUY') ?? childOf(element, 'INVSELL') ?? element, 'INVTRAN')
}

/** What corrections make of the rows they are about. */
export type CorrectedTransactions = {
  /** The correcting rows, and those they correct as they are now. */
  readonly transactions: ProviderTransactionData[]
  /** Corrections of rows that the file does not have. */
  readonly unresolved: readonly Correction[]
}

/**
 * Resolves corrections within a file: the correcting row `replaces` the other, whose status becomes `cancelled`, or `reversed`. A row that only deletes has no effect of its own.
 *
 * @param found rows by {@link fitIdKey}.
 */
export function resolveCorrections(
  corrections: readonly Correction[],
  found: ReadonlyMap<string, readonly ProviderTransactionData[]>,
): CorrectedTransactions {
  const transactions = new Map<string, ProviderTransactionData>()
  const keyOf = (one: ProviderTransactionData) => fitIdKey(one.providerAccountId, one.providerTransactionId)
  const unresolved = corrections.filter(({ target }) => !found.has(target))
  for (const { action, target, transactions: correcting } of corrections) {
    for (const [index, transaction] of correcting.entries()) {
      const replaced = found.get(target)?.[index] ?? found.get(target)?.[0]
      transactions.set(keyOf(transaction), {
        ...transaction,
        ...(action === 'delete'
          ? ({ transactionType: 'adjustment', subtype: 'correction', status: 'cancelled' } as const)
          : {}),
        replaces: replaced?.providerTransactionId ?? null,
      })
    }
  }
  for (const { action, target } of corrections) {
    for (const corrected of found.get(target) ?? []) {
      const known = transactions.get(keyOf(corrected)) ?? corrected
      transactions.set(keyOf(corrected), { ...known, status: action === 'reverse' ? 'reversed' : 'cancelled' })
    }
  }
  return { transactions: [...transactions.values()], unresolved }
}
