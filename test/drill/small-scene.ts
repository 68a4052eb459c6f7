import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import type { ServiceProcess } from '../support/process.ts'
import { Client, type Answer } from './client.ts'
import type { Cluster } from './cluster.ts'
import { check } from './drill.ts'
import { untilCounted } from './load.ts'
import { contractForm, makeKey } from './people.ts'

/** Contracts of a scene; each has a group of n people somewhere, n being less than the least that is shown. */
const SMALL = 'small'
const GROWN = 'grown'
const MIXED = 'mixed'
const PARTED = 'parted'
const CONTRACTS = [SMALL, GROWN, MIXED, PARTED]
export const LEAST = 5
export const TEMPLATES = ['moj-victims', 'csp-plan', 'six-monthly-grant']
const QUARTER = '2018-19-Q4'
const EVENTS = ['outcomes.changed', 'return.ready', 'return.submitted']

/** What a path or a query may be asked for in a scene. */
export const SCENE = {
  contract: [...CONTRACTS, 'elsewhere'],
  measure: [
    'personal-safety-resolved',
    'satisfied',
    'referrals',
    'people-supported',
    'planned-closures',
    'first-contact-within-5-working-days',
    'core-10-reliably-improved',
    'contact-hours',
  ],
  instrument: ['victim-needs@1', 'core-10@1'],
  score: ['personal-safety', 'total'],
  webhook: 'hook',
  bodies: {
    'POST /v1/returns': TEMPLATES.map((template) => ({ template, period: QUARTER })),
    'POST /v1/returns/{id}/submission': [{ signedOffBy: '' }],
    'PUT /v1/webhooks/{id}': [{ url: 'http://127.0.0.1:9/', events: EVENTS }],
  } as Readonly<Record<string, readonly object[]>>,
}

/** Of one quarter, so that no other return falls due meanwhile. */
const form = {
  ...contractForm,
  ...{ startsOn: '2019-01-01', endsOn: '2019-03-31' },
  instruments: ['victim-needs', 'core-10', 'service-satisfaction'],
  measures: SCENE.measure,
  targets: { 'personal-safety-resolved': { green: 90, amber: 70 } },
  minimumCount: LEAST,
}

export interface Scene {
  client: Client
  /** The commissioner's. */
  key: string
  returns: readonly string[]
}

/**
 * Alike for every n but for n: a contract of n people; one whose figures were shown and returned of ten, when n came late;
 * one in which n of five small people are of one kind, and 5 − n of another; and one of twenty people, n of whom were helped
 * late, dissatisfied and left.
 */
export async function makeScene(
  cluster: Cluster,
  api: ServiceProcess,
  n: number,
  templates: readonly string[],
): Promise<Scene> {
  const client = new Client(() => api.url, '/dev/null')
  const sql = cluster.connect()
  await client.operate('PUT', 'organisations/prov', { name: 'prov', kind: 'provider' })
  await client.operate('PUT', 'organisations/comm', {
    ...{ name: 'comm', kind: 'commissioner', areaCode: 'E23000021' },
  })
  for (const contract of CONTRACTS) await client.operate('PUT', `contracts/${contract}`, form)
  client.key = await makeKey(client, 'prov')
  const key = await makeKey(client, 'comm')
  const settle = async (contract: string): Promise<void> => {
    await untilCounted(sql)
    const asked = `contracts/${contract}/outcomes?period=${QUARTER}`
    const answer = await client.send('GET', asked, { key, headers: { prefer: 'wait=30' } })
    check(answer?.status === 200, `${asked}: ${answer?.text}`)
  }
  for (const contract of CONTRACTS) await settle(contract)

  const hook = { url: 'http://127.0.0.1:9/', events: EVENTS }
  taken(await client.send('PUT', `webhooks/${SCENE.webhook}`, { body: hook, key }))
  await addPeople(client, SMALL, group(n, 'all', {}), settle)
  await addPeople(client, GROWN, group(10, 'early', {}), settle)
  const kinds = [
    group(20, 'many', { of: 'fraud' }),
    group(n, 'few', {}),
    group(LEAST - n, 'rest', { of: 'arson' }),
  ]
  await addPeople(client, MIXED, kinds.flat(), settle)
  const parts = [group(n, 'failed', { isFailed: true }), group(20 - n, 'helped', {})]
  await addPeople(client, PARTED, parts.flat(), settle)
  // Not before all are there: what falls due is made at once.
  const returns = templates.map((template) => ({ template, frequency: 'quarterly' }))
  for (const contract of CONTRACTS) {
    await client.operate('PUT', `contracts/${contract}`, { ...form, returns })
  }
  for (const template of templates) await submit(client, key, await makeReturn(client, key, template))

  await addPeople(client, GROWN, group(n, 'late', {}), settle)
  for (const template of templates) await makeReturn(client, key, template)
  const rows = await sql<{ id: string }[]>`select return_id as id from returns order by template, version`
  await sql.end()
  return { client, key, returns: rows.map(({ id }) => id) }
}

/** Spreadsheets are compressed, so that a time in them could change their length: now all returns were made at one. */
export async function stopClock(sql: postgres.Sql): Promise<void> {
  const at = '2026-01-02T03:04:05.678Z'
  // What is submitted cannot be changed otherwise.
  await sql`set session_replication_role = replica`
  await sql`update returns set generated_at = ${at}, submitted_at = case when submitted_at is not null
    then ${at}::timestamptz end`
  await sql`set session_replication_role = origin`
}

interface Person {
  name: string
  crimeType: string
  isFailed: boolean
}

/** Alike, but for their names, which nobody is shown. */
const group = (many: number, name: string, { of = 'burglary', isFailed = false }): Person[] =>
  Array.from({ length: many }, (_, at) => ({ name: `${name}-${at}`, crimeType: of, isFailed }))

/** Everything about them, in one request of each kind, and settled after each: so that they happen alike in every scene. */
async function addPeople(
  client: Client,
  contract: string,
  people: readonly Person[],
  settle: (contract: string) => Promise<void>,
): Promise<void> {
  const assessments = people.flatMap(({ name }) =>
    (['start', 'end'] as const).flatMap((stage) => {
      const [assessedOn, value] = stage === 'start' ? ['2019-01-08', 3] : ['2019-02-04', 0]
      const one = { case: name, stage, assessedOn }
      const core = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`q${at + 1}`, value]))
      const needs = { 'personal-safety': value, health: value }
      return [
        { ref: `needs-${name}-${stage}`, ...one, instrument: 'victim-needs', answers: needs },
        { ref: `core-${name}-${stage}`, ...one, instrument: 'core-10', answers: core },
      ]
    }),
  )
  const satisfied = people.map(({ name, isFailed }) => ({
    ...{ ref: `told-${name}`, case: name, instrument: 'service-satisfaction', stage: 'end' },
    ...{ assessedOn: '2019-02-04', answers: { satisfied: isFailed ? 'disagree' : 'agree' } },
  }))
  const cases = people.map(({ name, crimeType, isFailed }) => ({
    case: name,
    client: `person-${name}`,
    ...{
      referredOn: '2019-01-03',
      firstContactOn: isFailed ? '2019-01-24' : '2019-01-04',
      startedOn: '2019-01-08',
    },
    ...{
      closedOn: '2019-02-05',
      closure: isFailed ? 'disengaged' : 'planned',
      referralSource: 'police',
      area: 'E07000129',
    },
    ...{ cohorts: ['idva'], crimeType, fundingStream: 'moj-core' },
    characteristics: { ageBand: '25-34', sex: 'female', ethnicity: 'white-british', disability: 'no' },
  }))
  const contacts = people.map(({ name }) => ({
    ...{ ref: `met-${name}`, cases: [name], on: '2019-01-09', kind: 'one-to-one', minutes: 50 },
  }))
  for (const [what, lines] of [
    ['cases', cases],
    ['assessments', [...assessments, ...satisfied]],
    ['contacts', contacts],
  ] as const) {
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    const path = `contracts/${contract}/${what}/bulk`
    const reply = taken(await client.sendText('POST', path, { type: 'application/x-ndjson', text }))
    const { created } = JSON.parse(reply.text) as { created: number }
    check(created === lines.length, `${path} took ${created} of ${lines.length}: ${reply.text}`)
    await settle(contract)
  }
}

/** @returns the return once it stands */
async function makeReturn(client: Client, key: string, template: string): Promise<Answer> {
  for (;;) {
    const made = taken(await client.send('POST', 'returns', { body: { template, period: QUARTER }, key }))
    if (made.status === 200) return made
    await pause(100)
  }
}

async function submit(client: Client, key: string, { text }: Answer): Promise<void> {
  const { id, checks } = JSON.parse(text) as { id: string; checks: { id: string }[] }
  const reasons = Object.fromEntries(checks.map((one) => [one.id, 'as the drill has it']))
  const body = { signedOffBy: 'A. Person', reasons }
  taken(await client.send('POST', `returns/${id}/submission`, { body, key }))
}

function taken(answer: Answer | undefined): Answer {
  if (answer === undefined || answer.status >= 300) throw new Error(`${answer?.status} ${answer?.text}`)
  return answer
}
