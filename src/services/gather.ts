const LARGEST_GROUP = 64
/** While one group waits for the database, the next one is read, checked and sent. */
const GROUPS_AT_ONCE = 2
/** Turns of the event loop after a group: whom it answered has often the next item ready, which then goes along. */
const TURNS_BETWEEN_GROUPS = 3

interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

interface Group<Item, Result> {
  all: Waiting<Item, Result>[]
  /** What it works on, which no other group may do meanwhile. */
  claims: ReadonlySet<string>
}

interface Lane<Item, Result> {
  waiting: Waiting<Item, Result>[]
  underWay: Set<Group<Item, Result>>
  /** Some turns from now it is looked at what waits. */
  isToStart: boolean
}

/** How items get along with each other. */
export interface Manners<Item> {
  /** Occurs once in a group, and in one group at a time. */
  keyOf: (item: Item) => string
  /** May occur several times in a group, which is then worked on at one go, but in one group at a time. */
  claimsOf: (item: Item) => readonly string[]
}

/**
 * Lets items that wait at the same time share one unit of work: a unit costs more than the items in it. In each lane two are
 * under way at most, the second one when as many wait as are under way: more and smaller ones would cost what they gain. One
 * that is alone waits for nobody; one whose key or claim is under way waits for that. Where a group fails as a whole, each of
 * it is tried again alone.
 *
 * @param work gives the results in the order of the items, all of one lane
 */
export function gather<Item, Result>(
  work: (lane: string, items: readonly Item[]) => Promise<readonly Result[]>,
  manners: Manners<Item>,
): (lane: string, item: Item) => Promise<Result> {
  const lanes = new Map<string, Lane<Item, Result>>()

  const run = async (name: string, group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const items = group.map(({ item }) => item)
      const results = await work(name, items)
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result)
    } catch (error) {
      const [only] = group
      if (group.length === 1 && only) only.reject(error)
      else await Promise.all(group.map((one) => run(name, [one])))
    }
  }

  const start = (name: string, lane: Lane<Item, Result>): void => {
    const [other] = lane.underWay
    if (lane.underWay.size === GROUPS_AT_ONCE) return
    if (other !== undefined && lane.waiting.length < other.all.length) return
    const group = takeGroup(lane, manners)
    if (group.all.length > 0) {
      lane.underWay.add(group)
      void run(name, group.all).finally(() => {
        lane.underWay.delete(group)
        startSoon(name, lane, TURNS_BETWEEN_GROUPS)
      })
    } else if (lane.underWay.size === 0) lanes.delete(name)
  }

  const startSoon = (name: string, lane: Lane<Item, Result>, turns: number): void => {
    if (lane.isToStart) return
    lane.isToStart = true
    afterTurns(turns, () => {
      lane.isToStart = false
      start(name, lane)
    })
  }

  return (name, item) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(name) ?? { waiting: [], underWay: new Set(), isToStart: false }
      lanes.set(name, lane)
      lane.waiting.push({ item, resolve, reject })
      // Whatever else arrives in this turn of the event loop goes along.
      startSoon(name, lane, 1)
    })
}

function afterTurns(turns: number, then: () => void): void {
  setImmediate(() => {
    if (turns > 1) afterTurns(turns - 1, then)
    else then()
  })
}

/** The first of those waiting that may go together now; they are taken out of the line. */
function takeGroup<Item, Result>(
  lane: Lane<Item, Result>,
  { keyOf, claimsOf }: Manners<Item>,
): Group<Item, Result> {
  const all: Waiting<Item, Result>[] = []
  const left: Waiting<Item, Result>[] = []
  const keys = new Set<string>()
  const claims = new Set<string>()
  const isClaimed = (claim: string): boolean => [...lane.underWay].some((group) => group.claims.has(claim))
  for (const one of lane.waiting) {
    const key = keyOf(one.item)
    const wanted = [key, ...claimsOf(one.item)]
    if (all.length >= LARGEST_GROUP || keys.has(key) || wanted.some(isClaimed)) {
      left.push(one)
      continue
    }
    keys.add(key)
    for (const claim of wanted) claims.add(claim)
    all.push(one)
  }
  lane.waiting = left
  return { all, claims }
}
