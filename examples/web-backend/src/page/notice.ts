import { element, part } from './element.ts'
import type { Problem } from './problem.ts'

/** Says something at the top of the page, until something else is said. */
export function showNotice(text: string): void {
  part('notice').replaceChildren(element('p', { class: 'notice' }, text))
  part('notice').scrollIntoView({ block: 'nearest' })
}

export function clearNotice(): void {
  part('notice').replaceChildren()
}

/** A problem in words: what is wrong, where, and when to try again. */
export function describeProblem({ message, retryAfterSeconds, issues }: Problem): string {
  const wait = retryAfterSeconds === null ? [] : [`Try again in ${retryAfterSeconds} seconds.`]
  return [message, ...issues.map(({ reason }) => reason), ...wait].join(' ')
}

/** Says at the top of the page what went wrong. */
export function showProblem(problem: Problem): void {
  part('notice').replaceChildren(element('p', { class: 'notice problem' }, describeProblem(problem)))
  part('notice').scrollIntoView({ block: 'nearest' })
}
