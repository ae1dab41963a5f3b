/**
 * What a sandbox does wrong, as Alpaca has been seen to. All are off unless told otherwise. A number means each so-manieth request: 1 is every one, 2 every second.
 */
export type AlpacaSandboxFaults = {
  /** Where a page ends among fills of one millisecond, the others of them are left out, unless they are asked for by day. */
  skippedRows?: boolean
  /** Fees, dividends and interest show up three to nine days after the day they are for, among older rows. */
  lateRows?: boolean
  /** The ids of fills begin with a time of a clock of twelve hours. */
  changedPrefixes?: boolean
  /** `page_token` does nothing: the first page comes again and again. */
  repeatedPages?: boolean
  /** A web page of a gateway, with status 502. */
  serverErrors?: number
  /** Nothing for a minute. */
  slowAnswers?: number
  /** Half of the JSON. */
  truncatedBodies?: number
  /** Another address, on another host. */
  redirects?: number
}

/** What is done to one answer. */
export type AnswerFault = 'serverErrors' | 'slowAnswers' | 'truncatedBodies' | 'redirects'

const answerFaults: readonly AnswerFault[] = ['serverErrors', 'slowAnswers', 'truncatedBodies', 'redirects']

/** Which fault a request meets, counted from 1; `null` for none. */
export function answerFaultOf(faults: AlpacaSandboxFaults, request: number): AnswerFault | null {
  return answerFaults.find((fault) => faults[fault] !== undefined && request % faults[fault] === 0) ?? null
}
