/** What released figures are those of: while both stay as they are, so do the figures. */
export interface ReleasedState {
  stamp: string
  changes: number
}

interface Entry<F> extends ReleasedState {
  figures: F
}

/** Some 20 megabytes. */
const MOST_CELLS = 100_000

/**
 * Remembers what was released of periods, which is read far more often than it changes, and gives the same object for it
 * again. What was longest not asked for is forgotten first.
 *
 * @param cellsOf how much there is to remember of it
 */
export function makeReleasedCache<F>(
  cellsOf: (figures: F) => number,
  mostCells = MOST_CELLS,
): {
  find: (key: string, state: ReleasedState) => F | undefined
  keep: (key: string, state: ReleasedState, figures: F) => void
} {
  const entries = new Map<string, Entry<F>>()
  let cells = 0
  const forget = (key: string): void => {
    const entry = entries.get(key)
    if (entry) cells -= cellsOf(entry.figures)
    entries.delete(key)
  }
  return {
    find(key, { stamp, changes }) {
      const entry = entries.get(key)
      if (entry?.stamp !== stamp || entry.changes !== changes) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.figures
    },
    keep(key, { stamp, changes }, figures) {
      forget(key)
      entries.set(key, { stamp, changes, figures })
      cells += cellsOf(figures)
      for (const oldest of entries.keys()) {
        if (cells <= mostCells) break
        forget(oldest)
      }
    },
  }
}
