import { CHASE_PIECE } from '../identity.ts'
import type { TextPrint } from '../text-print.ts'

/**
 * One text of NAME and MEMO, blanks in a row made one.
 *
 * Chase cuts its description after 32 characters: the rest, up to 32 more, is in MEMO, and blanks at the cut are lost. So where NAME is full, MEMO goes on in the
 * same word (or, which can't be seen, a blank was lost); where it is shorter, a blank was cut. Other banks put two texts there, or the same one twice.
 */
export function joinDescription(name: TextPrint, memo: TextPrint, isChase: boolean): string {
  const head = singleSpaced(name)
  const tail = singleSpaced(memo)
  if (isChase)
    return head === '' || tail === '' ? head + tail : head + (name.text.length >= CHASE_PIECE ? '' : ' ') + tail
  if (tail === '' || head.startsWith(tail)) return head
  if (head === '' || tail.startsWith(head)) return tail
  return `${head} ${tail}`
}

/** Blanks in a row, and those that are no spaces: single spaces, nearly all of a text's, stay where they are. */
const ODD_BLANKS = /\s{2,}|[^\S ]/g

function singleSpaced({ text, isSingleSpaced }: TextPrint): string {
  return isSingleSpaced ? text : text.replace(ODD_BLANKS, ' ').trim()
}
