import { addMonths } from '../../../src/domain/period.ts'
import { putLoad, type Load } from '../load.ts'
import { answersOf, type Stand } from '../stand.ts'

const CONTRACT = 'put'
const WARM_UP_SECONDS = 10
const BARE = 'a bare route with one INSERT'

/** Each run writes cases and assessments of its own. */
let run = 0

/** Closings are spread over the three years of the contract. */
const closingOf = (n: number): string => {
  const month = String(addMonths(201810, (n >> 1) % 36))
  return `${month.slice(0, 4)}-${month.slice(4)}-28`
}

const body = (n: number) => ({
  // As in life, a case's end does not arrive in the same moment as its start.
  case: `case-${run}-${n % 2 ? (n >> 1) - 200 : n >> 1}`,
  instrument: 'victim-needs',
  stage: n % 2 ? 'end' : 'start',
  assessedOn: n % 2 ? closingOf(n) : '2018-09-08',
  answers: answersOf(n),
})

interface Shape {
  connections: number
  seconds: number
}

/** A PUT of one assessment of nine answers, as often as it goes. */
export async function putOurs({ service, keys }: Stand, contract: string, shape: Shape): Promise<Load> {
  run++
  const path = (n: number): string => `/v1/contracts/${contract}/assessments/r-${run}-${n}`
  const load = await putLoad(service.url, {
    ...{ ...shape, key: keys.provider },
    make: (n) => ({ path: path(n), body: body(n) }),
  })
  if (load.failures > 0) throw new Error(`${load.failures} of the PUTs failed`)
  return load
}

function putBare({ floor }: Stand, shape: Shape): Promise<Load> {
  run++
  return putLoad(floor.url, { ...shape, make: (n) => ({ path: `/r-${run}-${n}`, body: body(n) }) })
}

/** One PUT of an assessment of nine answers beside a bare route with one INSERT of the same body. */
export async function benchPut(stand: Stand): Promise<void> {
  const { report, seconds, repeats } = stand
  await stand.makeContract(CONTRACT)
  await putBare(stand, { connections: 16, seconds: WARM_UP_SECONDS })
  await putOurs(stand, CONTRACT, { connections: 16, seconds: WARM_UP_SECONDS })
  for (const [connections, atLeast] of [
    [16, 1],
    [64, 1.2],
  ] as const) {
    const [ours, bare]: [Load[], Load[]] = [[], []]
    for (let repeat = 0; repeat < repeats; repeat++) {
      bare.push(await putBare(stand, { connections, seconds }))
      ours.push(await putOurs(stand, CONTRACT, { connections, seconds }))
    }
    report.add({
      figure: `PUT of one assessment, ${connections} connections`,
      ...{ values: ours.map(({ perSecond }) => perSecond), unit: '/s' },
      floor: { what: BARE, values: bare.map(({ perSecond }) => perSecond) },
      reach: { atLeast },
      on: `p50 ${ours.map(({ p50 }) => p50).join(', ')} ms, p99 ${ours.map(({ p99 }) => p99).join(', ')} ms`,
    })
  }
}

/** The same PUT with row security and without it, in turns; without it the code's own conditions do the same work. */
export async function benchRowSecurity(stand: Stand): Promise<void> {
  const { owner, report } = stand
  const shape = { connections: 16, seconds: Math.ceil(stand.seconds / 5) }
  await stand.makeContract(CONTRACT)
  const tables = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity`
  const turn = async (how: 'enable' | 'disable'): Promise<void> => {
    // One by one: the workers go on counting, and a lock on all at once would meet them half-way.
    for (const { name } of tables) await owner.unsafe(`alter table ${name} ${how} row level security`)
  }
  const measure = async (how: 'enable' | 'disable'): Promise<number> => {
    await turn(how)
    // Every connection plans anew.
    await putOurs(stand, CONTRACT, { ...shape, seconds: 1 })
    return (await putOurs(stand, CONTRACT, shape)).perSecond
  }
  await putOurs(stand, CONTRACT, { ...shape, seconds: WARM_UP_SECONDS })
  const costs: number[] = []
  // Many short turns: whatever else the machine does meanwhile meets both alike.
  for (let repeat = 0; repeat < 13; repeat++) {
    // Who comes first changes, since tables grow.
    const order = repeat % 2 ? (['enable', 'disable'] as const) : (['disable', 'enable'] as const)
    const rates = { enable: 0, disable: 0 }
    for (const how of order) rates[how] = await measure(how)
    costs.push(100 * (1 - rates.enable / rates.disable))
  }
  await turn('enable')
  report.add({
    figure: 'what row security costs a PUT',
    ...{ values: costs, unit: '%' },
    reach: { atMost: 15 },
    on: '16 connections, in turns with and without',
  })
}
