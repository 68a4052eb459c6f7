import { addMonths } from '../../../src/domain/period.ts'
import { insertClosed, timed } from '../people.ts'
import { medianOf } from '../report.ts'
import { answersOf, type Stand } from '../stand.ts'

const CONTRACT = 'shown'
const MONTHS = Array.from({ length: 12 }, (_, n) => addMonths(202004, n))
const CASES_A_MONTH = 300
const PATH = `contracts/${CONTRACT}/outcomes?period=2020-21&by=crime-type`
const READINGS = 200
const CHANGES = 10

/** What a commissioner waits for longer than the provider: a year with groups, again, and first after something changed. */
export async function benchDisclosure(stand: Stand): Promise<void> {
  const { owner, report, keys, send } = stand
  await stand.makeContract(CONTRACT)
  for (const month of MONTHS)
    await insertClosed(owner, { contract: CONTRACT, month, from: 1, to: CASES_A_MONTH })
  await owner`insert into marks (contract_id, month) select ${CONTRACT}, month from unnest(${MONTHS}::int[]) month`
  await send('GET', PATH, keys.provider, { wait: 60 })
  const read = (key: string): Promise<number> =>
    timed(async () => (await send('GET', PATH, key)).arrayBuffer())
  const added = async (): Promise<number> => {
    const exact = await read(keys.provider)
    return (await read(keys.commissioner)) - exact
  }
  const on = `a year by type of crime, ${MONTHS.length} × ${CASES_A_MONTH} closed cases`
  const again: number[] = []
  // The first hundred warm it up.
  for (let n = 0; n < READINGS; n++) again.push(await added())
  report.add({
    figure: 'what disclosure control adds, read again',
    ...{ values: [medianOf(again.slice(READINGS / 2))], unit: 'ms' },
    reach: { atMost: 2 },
    on: `${on}; median of ${READINGS / 2}`,
  })

  const first: number[] = []
  for (let n = 0; n < CHANGES; n++) {
    await send('PUT', `contracts/${CONTRACT}/assessments/changed-${n}`, keys.provider, {
      body: {
        ...{ case: `changed-${n}`, instrument: 'victim-needs', stage: 'end', assessedOn: '2020-06-15' },
        answers: answersOf(n),
      },
    })
    await send('GET', `contracts/${CONTRACT}/outcomes?period=2020-21`, keys.provider, { wait: 60 })
    first.push(await added())
  }
  report.add({
    figure: 'what it adds, first after a change',
    ...{ values: [medianOf(first)], unit: 'ms' },
    on: `${on}; median of ${CHANGES}`,
  })
}
