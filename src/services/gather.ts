import { requestIds } from './request-ids.ts'

const LARGEST_GROUP = 64
/** Turns of the event loop after a group: whom it answered has often the next item ready, which then goes along. */
const TURNS_BETWEEN_GROUPS = 3

interface Waiting<Item, Result> {
  item: Item
  /** Of whoever waits. */
  requests: readonly string[]
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Lane<Item, Result> {
  waiting: Waiting<Item, Result>[]
  /** A group is under way, or will be before the event loop's next turn. */
  isBusy: boolean
}

/**
 * Lets items that wait at the same time share one unit of work, one after the other in each lane: a unit costs more than the
 * items in it. One that is alone waits for nobody; a key occurs once in a group, and the next one of that key waits. Where a
 * group fails as a whole, each of it is tried again alone.
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
      const requests = group.flatMap((one) => one.requests)
      const items = group.map(({ item }) => item)
      const results = await requestIds.run(requests, () => work(name, items))
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result)
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) only.reject(error)
      else await Promise.all(group.map((one) => run(name, [one])))
    }
  }

  const startNext = (name: string, lane: Lane<Item, Result>): void => {
    if (lane.waiting.length === 0) {
      lanes.delete(name)
      return
    }
    void run(name, takeGroup(lane, keyOf)).finally(() => {
      afterTurns(TURNS_BETWEEN_GROUPS, () => {
        startNext(name, lane)
      })
    })
  }

  return (name, item) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(name) ?? { waiting: [], isBusy: false }
      lanes.set(name, lane)
      lane.waiting.push({ item, requests: requestIds.getStore() ?? [], resolve, reject })
      if (lane.isBusy) return
      lane.isBusy = true
      // Whatever else arrives in this turn of the event loop goes along.
      afterTurns(1, () => {
        startNext(name, lane)
      })
    })
}

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => {
    if (turns > 1) afterTurns(turns - 1, then)
    else then()
  })
}

/** The first of those waiting, each key once; they are taken out of the line. */
function takeGroup<Item, Result>(
  lane: Lane<Item, Result>,
  keyOf: (item: Item) => string,
): Waiting<Item, Result>[] {
  const group: Waiting<Item, Result>[] = []
  const left: Waiting<Item, Result>[] = []
  const keys = new Set<string>()
  for (const one of lane.waiting) {
    const key = keyOf(one.item)
    if (group.length >= LARGEST_GROUP || keys.has(key)) {
      left.push(one)
      continue
    }
    keys.add(key)
    group.push(one)
  }
  lane.waiting = left
  return group
}
