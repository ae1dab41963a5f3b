import { memoryUsage } from 'node:process'
import { readCorpus, type Seed } from './corpus.ts'
import { mutate } from './mutation.ts'
import { createRandom, type Random } from './random.ts'
import { type Input, tryInput } from './trial.ts'

/** How long to go on, and whom to tell. */
export type FuzzOptions = {
  readonly seed: number
  /** Whether an input that takes too long is a failure: not in tests, whose machine may be busy. */
  readonly timed: boolean
  /** Asked before each input: whether there is to be another. */
  readonly goOn: (inputs: number) => boolean
  /** An input is about to be tried. */
  readonly onInput?: (input: Input) => void
  /** Something is wrong with an input; each kind of it is told once. */
  readonly onFailure: (failure: string, input: Input) => void
}

/** What was done. */
export type FuzzFigures = {
  readonly inputs: number
  readonly bytes: number
  readonly failures: number
  readonly slowestMilliseconds: number
  readonly largestHeapBytes: number
  /** Inputs that were kept because they made the provider do something new, and how many such things there are. */
  readonly kept: number
  readonly traits: number
}

const MOST_HEAP_BYTES = 768 * 1024 * 1024
const HEAP_EVERY = 50
const LONGEST_KEPT = 30_000
const MOST_KEPT = 3_000

/** So many chunks at most: what is measured is the reading, not the delivery. */
const MOST_CHUNKS = 20_000

function chunkSizesOf({ length }: string, random: Random): number[] {
  const least = Math.ceil(length / MOST_CHUNKS)
  if (random.chance(0.1)) return [least + random.below(3)]
  const some = Array.from({ length: 1 + random.below(4) }, () => random.pick([10, 1_000, 70_000, 150_000]))
  return some.map((size) => least + random.below(size))
}

function inputOf({ name }: Seed, text: string, random: Random): Input {
  const names = [name, name, 'download.bin', 'Chase4482_Activity_20260210.CSV', 'Chasenull_Activity_20260210.CSV']
  const ids = [undefined, undefined, undefined, 'deposit-4482', 'card-3391', 'invest-1558']
  return { text, fileName: random.pick(names), accountId: random.pick(ids), chunkSizes: chunkSizesOf(text, random) }
}

/** Breaks the fixtures in ways that a seed repeats, and keeps what shows something new to break it further. */
export async function fuzz({ seed, timed, goOn, onInput, onFailure }: FuzzOptions): Promise<FuzzFigures> {
  const random = createRandom(seed)
  const corpus = readCorpus()
  const seeds = corpus.length
  const traits = new Set<string>()
  const failures = new Set<string>()
  const figures = { inputs: 0, bytes: 0, failures: 0, slowestMilliseconds: 0, largestHeapBytes: 0 }

  const fail = (failure: string, input: Input) => {
    figures.failures++
    const kind = failure.replace(/\d+/g, '#')
    if (failures.has(kind)) return
    failures.add(kind)
    onFailure(failure, input)
  }

  while (goOn(figures.inputs)) {
    const from = figures.inputs < seeds ? (corpus[figures.inputs] as Seed) : random.pick(corpus)
    const text = figures.inputs < seeds ? from.text : mutate(from.text, random.pick(corpus).text, random)
    const input = inputOf(from, text, random)
    onInput?.(input)
    const outcome = await tryInput(input, { timed })
    figures.inputs++
    figures.bytes += text.length
    figures.slowestMilliseconds = Math.max(figures.slowestMilliseconds, outcome.milliseconds)
    if (outcome.failure !== null) fail(outcome.failure, input)
    const news = outcome.traits.filter((trait) => !traits.has(trait))
    for (const trait of news) traits.add(trait)
    if (news.length > 0 && text.length <= LONGEST_KEPT && corpus.length < seeds + MOST_KEPT)
      corpus.push({ name: from.name, text })
    if (figures.inputs % HEAP_EVERY === 0) {
      const { heapUsed } = memoryUsage()
      figures.largestHeapBytes = Math.max(figures.largestHeapBytes, heapUsed)
      if (heapUsed > MOST_HEAP_BYTES) fail('the heap grows beyond its bound', input)
    }
  }
  return { ...figures, kept: corpus.length - seeds, traits: traits.size }
}
