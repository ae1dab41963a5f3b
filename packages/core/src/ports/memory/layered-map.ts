/** As much of a map as the repositories in memory need. */
export type RowMap<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): unknown
  delete(key: string): unknown
  entries(): Iterable<[string, V]>
}

const GONE = Symbol('gone')

/** A map over another that keeps what is written to itself until it is committed. */
export class LayeredMap<V> implements RowMap<V> {
  readonly #below: RowMap<V>
  readonly #written = new Map<string, V | typeof GONE>()

  constructor(below: RowMap<V>) {
    this.#below = below
  }

  get(key: string): V | undefined {
    const written = this.#written.get(key)
    if (written === undefined) return this.#below.get(key)
    return written === GONE ? undefined : written
  }

  set(key: string, value: V): void {
    this.#written.set(key, value)
  }

  delete(key: string): void {
    this.#written.set(key, GONE)
  }

  *entries(): Iterable<[string, V]> {
    for (const [key, value] of this.#below.entries()) if (!this.#written.has(key)) yield [key, value]
    for (const [key, value] of this.#written) if (value !== GONE) yield [key, value]
  }

  /** Writes everything to the map below. */
  commit(): void {
    for (const [key, value] of this.#written) {
      if (value === GONE) this.#below.delete(key)
      else this.#below.set(key, value)
    }
  }
}
