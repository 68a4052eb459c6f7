/** So many run at once in one lane: while one waits for its commit, the next is being filled. */
const UNDER_WAY = 2
const LARGEST_GROUP = 64

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Lane<Item, Result> {
  waiting: Waiting<Item, Result>[]
  underWay: number
  /** Whether it looks at those waiting before the event loop's next turn. */
  isCalled: boolean
  /** Keys of the items that are being worked on. */
  busy: Set<string>
}

/**
 * Lets items that wait at the same time share one unit of work. One that is alone waits for nobody; a key occurs once among
 * those under way, and the next one of that key waits. Where a group fails as a whole, each of it is tried again alone.
 *
 * @param work gives the results in the order of the items, all of one lane
 * @param keyOf what must not be worked on twice at once within a lane
 */
export function gather<Item, Result>(
  work: (lane: string, items: readonly Item[]) => Promise<readonly Result[]>,
  keyOf: (item: Item) => string,
): (lane: string, item: Item) => Promise<Result> {
  const lanes = new Map<string, Lane<Item, Result>>()

  const run = async (name: string, group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(
        name,
        group.map(({ item }) => item),
      )
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result)
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) only.reject(error)
      else await Promise.all(group.map((one) => run(name, [one])))
    }
  }

  const startNext = (name: string, lane: Lane<Item, Result>): void => {
    while (lane.underWay < UNDER_WAY) {
      const group = takeGroup(lane, keyOf)
      if (group.length === 0) break
      lane.underWay++
      void run(name, group).finally(() => {
        lane.underWay--
        for (const { item } of group) lane.busy.delete(keyOf(item))
        startNext(name, lane)
      })
    }
    if (lane.underWay === 0 && lane.waiting.length === 0 && !lane.isCalled) lanes.delete(name)
  }

  return (name, item) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(name) ?? { waiting: [], underWay: 0, isCalled: false, busy: new Set<string>() }
      lanes.set(name, lane)
      lane.waiting.push({ item, resolve, reject })
      if (lane.isCalled) return
      // Whatever else arrives in this turn of the event loop goes along.
      lane.isCalled = true
      setImmediate(() => {
        lane.isCalled = false
        startNext(name, lane)
      })
    })
}

/** The first of those waiting whose keys are free; they are taken out of the line. */
function takeGroup<Item, Result>(
  lane: Lane<Item, Result>,
  keyOf: (item: Item) => string,
): Waiting<Item, Result>[] {
  const group: Waiting<Item, Result>[] = []
  const left: Waiting<Item, Result>[] = []
  for (const one of lane.waiting) {
    const key = keyOf(one.item)
    if (group.length >= LARGEST_GROUP || lane.busy.has(key)) {
      left.push(one)
      continue
    }
    lane.busy.add(key)
    group.push(one)
  }
  lane.waiting = left
  return group
}
