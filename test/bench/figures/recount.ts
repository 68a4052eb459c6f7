import { countingOn, countInOne, insertClosed, timed } from '../people.ts'
import type { Stand } from '../stand.ts'

const CONTRACT = 'recount'
const CASES = 10_000
const MONTH = 202006

/** One month with 10,000 closed cases, all its measures and all groups, beside one statement that counts the same. */
export async function benchRecount(stand: Stand): Promise<void> {
  const { owner, report, database } = stand
  await stand.makeContract(CONTRACT)
  await insertClosed(owner, { contract: CONTRACT, month: MONTH, from: 1, to: CASES })
  await owner.unsafe('analyze cases; analyze assessments')
  const counting = countingOn(database.address)
  const [ours, bare]: [number[], number[]] = [[], []]
  // The first one compiles what it runs.
  for (let repeat = -1; repeat < stand.repeats; repeat++) {
    await owner`delete from counts where contract_id = ${CONTRACT}`
    await owner`insert into marks (contract_id, month) values (${CONTRACT}, ${MONTH})`
    const counted = await timed(() => counting.recount({ contractId: CONTRACT, month: MONTH }))
    const one = await timed(() => owner.begin((sql) => countInOne(sql, sql`c.contract_id = ${CONTRACT}`)))
    if (repeat < 0) continue
    ours.push(counted)
    bare.push(one)
  }
  await counting.end()
  report.add({
    figure: 'recount of a month',
    ...{ values: ours, unit: 'ms' },
    floor: { what: 'one statement that counts the same', values: bare },
    reach: { atMost: 1.5 },
    on: `${CASES.toLocaleString('en-GB')} closed cases, all measures and groups, nothing counted before`,
  })
}
