/** Numbers that look random and are the same at every run, on every machine: mulberry32 (Tommy Ettinger, 2017). */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** From 0 up to, but never, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from low to high, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  /** One of the names, each as often as its weight says. */
  pick<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    const found = entries.find(([, weight]) => (left -= weight) < 0) ?? entries.at(-1)
    if (found === undefined) throw new RangeError('there must be a name to pick')
    return found[0]
  }

  /** So many of the items, in an order of chance; an item of twice the weight is drawn about twice as early. */
  draw<T>(items: readonly T[], howMany: number, weight: (item: T) => number = () => 1): T[] {
    return items
      .map((item) => ({ item, lot: -Math.log(1 - this.next()) / weight(item) }))
      .sort((a, b) => a.lot - b.lot)
      .slice(0, howMany)
      .map(({ item }) => item)
  }
}
