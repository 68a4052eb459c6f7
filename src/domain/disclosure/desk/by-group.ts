import type { Block } from '../blocks.ts'
import { blockKey, type Group } from '../released.ts'

/** What is worked out once for the same months and the same group. */
export class ByGroup<V> {
  /** Apart from the groups, for it is asked for most. */
  readonly #everybody = new Map<number, V>()
  readonly #dimensions = new Map<string, Map<string, Map<number, V>>>()

  get(block: Block, { by, value }: Group, work: () => V): V {
    const months = by === '' ? this.#everybody : inner(inner(this.#dimensions, by), value)
    const key = blockKey(block)
    const known = months.get(key)
    // Undefined may be what was worked out.
    if (known !== undefined || months.has(key)) return known as V
    const made = work()
    months.set(key, made)
    return made
  }

  clear(): void {
    this.#everybody.clear()
    this.#dimensions.clear()
  }
}

function inner<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = maps.get(key)
  if (known) return known
  const made = new Map<L, V>()
  maps.set(key, made)
  return made
}
