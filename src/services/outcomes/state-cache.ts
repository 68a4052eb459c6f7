interface Entry<Value> {
  state: string
  value: Value
}

/**
 * Remembers what was worked out from a state of the data, which is read far more often than it changes, and gives the same
 * object for it again. What was longest not asked for is forgotten first.
 *
 * @param sizeOf how much of the room a value takes
 */
export function makeStateCache<Value>(
  room: number,
  sizeOf: (value: Value) => number,
): {
  find: (key: string, state: string) => Value | undefined
  keep: (key: string, state: string, value: Value) => void
} {
  const entries = new Map<string, Entry<Value>>()
  let taken = 0
  const forget = (key: string): void => {
    const entry = entries.get(key)
    if (entry === undefined) return
    taken -= sizeOf(entry.value)
    entries.delete(key)
  }
  return {
    find(key, state) {
      const entry = entries.get(key)
      if (entry?.state !== state) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    keep(key, state, value) {
      forget(key)
      entries.set(key, { state, value })
      taken += sizeOf(value)
      for (const oldest of entries.keys()) {
        if (taken <= room) break
        forget(oldest)
      }
    },
  }
}
