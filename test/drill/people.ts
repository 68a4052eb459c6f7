import { SeededRandom } from '../../src/demo/people/seeded-random.ts'
import type { Client, Write } from './client.ts'

/** Every drill sends the same, at every run. */
export const SEED = 20_261_123

export const contractName = (n: number): string => `drill-${n}`

/** A contract of every drill. */
export const contractForm = {
  title: 'Drill',
  provider: 'prov',
  commissioners: ['comm'],
  startsOn: '2018-04-01',
  endsOn: '2021-03-31',
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'],
}

/**
 * An organisation of each kind, and contracts between them; the client goes on with a key of the provider's.
 *
 * @param changes to the form of each contract
 */
export async function makeContracts(client: Client, contracts: number, changes: object = {}): Promise<void> {
  await client.operate('PUT', 'organisations/prov', { name: 'prov', kind: 'provider' })
  await client.operate('PUT', 'organisations/comm', { name: 'comm', kind: 'commissioner' })
  for (let n = 0; n < contracts; n++) {
    await client.operate('PUT', `contracts/${contractName(n)}`, { ...contractForm, ...changes })
  }
  client.key = await makeKey(client, 'prov')
}

export async function makeKey(client: Client, organisation: string): Promise<string> {
  const text = await client.operate('POST', `organisations/${organisation}/keys`, { label: 'drill' })
  return (JSON.parse(text) as { key: string }).key
}

/**
 * What becomes of so many people: each list is one person's, in the order in which it is to be sent. Somebody may have a case
 * with what is known of them, has a start and mostly an end, and some ends are corrected into another month.
 * As in life, months pass: the later in the list, the later the month.
 */
export function makePeople(contracts: number, submissions: number): Write[][] {
  const random = new SeededRandom(SEED)
  const people: Write[][] = []
  let made = 0
  while (made < submissions) {
    const contract = contractName(people.length % contracts)
    const month = Math.floor((34 * made) / submissions)
    const person = onePerson(random, `contracts/${contract}`, people.length, month)
    people.push(person)
    made += person.length
  }
  return people
}

function onePerson(random: SeededRandom, contract: string, n: number, month: number): Write[] {
  const of = `case-${n}`
  const writes: Write[] = []
  const assess = (ref: string, stage: string, on: string): void => {
    const answers = Object.fromEntries(
      ['personal-safety', 'health', 'finance']
        .filter(() => random.chance(0.9))
        .map((item) => [item, random.between(0, 3)]),
    )
    if (Object.keys(answers).length === 0) answers.health = 1
    writes.push({
      path: `${contract}/assessments/${ref}-${n}`,
      body: { case: of, instrument: 'victim-needs', stage, assessedOn: on, answers },
    })
  }
  if (random.chance(0.3)) {
    writes.push({
      path: `${contract}/cases/${of}`,
      body: {
        referredOn: dayOf(month, 1),
        cohorts: random.draw(['x', 'y', 'z'], random.between(1, 2)),
        crimeType: random.pick({ burglary: 1, stalking: 1 }),
        characteristics: { sex: random.pick({ female: 3, male: 2 }) },
        ...(random.chance(0.5) && { closedOn: dayOf(month + 1, 20), closure: 'planned' }),
      },
    })
  }
  assess('s', 'start', dayOf(month, random.between(2, 27)))
  if (random.chance(0.9)) assess('e', 'end', dayOf(month + 1, random.between(2, 19)))
  // Another day, and so other contents than the first time.
  if (random.chance(0.2)) assess('e', 'end', dayOf(month + random.between(0, 1), random.between(20, 27)))
  return writes
}

/** So many months after April 2018. */
function dayOf(month: number, day: number): string {
  const year = 2018 + Math.floor((month + 3) / 12)
  return `${year}-${pad(1 + ((month + 3) % 12))}-${pad(day)}`
}

const pad = (n: number): string => String(n).padStart(2, '0')
