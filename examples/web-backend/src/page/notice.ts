import { element, part } from './element.ts'
import { describeProblem, type Problem } from './problem.ts'

/** Says something at the top of the page, until something else is said. */
export function showNotice(text: string): void {
  part('notice').replaceChildren(element('p', { class: 'notice' }, text))
  part('notice').scrollIntoView({ block: 'nearest' })
}

export function clearNotice(): void {
  part('notice').replaceChildren()
}

/** Says at the top of the page what went wrong. */
export function showProblem(problem: Problem): void {
  part('notice').replaceChildren(element('p', { class: 'notice problem' }, describeProblem(problem)))
  part('notice').scrollIntoView({ block: 'nearest' })
}
