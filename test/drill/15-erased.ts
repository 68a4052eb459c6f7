import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import { asDrill, check, whole } from './drill.ts'
import { Client, type Answer } from './client.ts'
import { verifyAudit } from './command.ts'
import { checkStatuses, sendAll, untilCounted } from './load.ts'
import { contractForm, contractName, makeContracts, makeKey, makePeople } from './people.ts'
import { checkCounts, checkStored } from './recount.ts'
import type { OwnRedis } from './redis.ts'

/** In every name that the person has anywhere. */
const GONE = 'gone-7c1f'
const RETURN = { template: 'moj-victims', period: '2019-20-Q1' }
/** What makePeople makes of one, on average. */
const SUBMISSIONS_A_PERSON = 2.38
const ERASED_WITHIN_SECONDS = 60

export const erased = asDrill({
  number: 15,
  title: 'erased',
  full: { people: 10_000, onRedis: true },
  short: { people: 40, onRedis: false },
  load: ({ people }) => `${whole(people)} people, a submitted return`,
  faults: () => 'one of them is erased; a contract’s retention is over',
  async run(world, { people, onRedis }) {
    const cluster = await world.startPostgres()
    const redis = onRedis ? await world.makeRedis() : undefined
    await redis?.start('--rdbcompression', 'no')
    const folders = { WAYMARK_DATA_DIR: world.path('data'), TMPDIR: world.path('tmp') }
    for (const folder of Object.values(folders)) mkdirSync(folder)
    const env = { DATABASE_URL: cluster.url, REDIS_URL: redis?.url, ...folders }
    let api = await world.startApi(env)
    const client = new Client(() => api.url, world.path('notes'))
    const sql = cluster.connect()
    await makeContracts(client, 2, { returns: [{ template: RETURN.template, frequency: 'quarterly' }] })
    const commissioner = await makeKey(client, 'comm')

    await sendAll(client, makePeople(2, people * SUBMISSIONS_A_PERSON), { senders: 16 })
    await writePerson(client)
    await untilCounted(sql)
    check((await placesNaming(sql)).length >= 6, 'the person is in too few places to be worth a drill')
    await submitReturn(client, commissioner)
    const submitted = await returnsAsKept(sql)

    const answer = await client.send('DELETE', `contracts/${contractName(0)}/cases/${GONE}`)
    check(answer?.status === 204, `the erasure ended with ${answer?.status}`)
    await untilCounted(sql)
    const left = await placesNaming(sql)
    check(left.length === 0, `the person is still in ${left.join(', ')}`)
    check(!(await textOf(redis)).includes(GONE), 'the person is still in Redis')
    check(!api.output().includes(GONE), 'the person is in the log')
    check(!Object.values(folders).some(isNamedIn), 'the person is in a file')
    check((await returnsAsKept(sql)) === submitted, 'the submitted return has changed')
    const again = await client.send('PUT', `contracts/${contractName(0)}/cases/${GONE}`, { body: {} })
    check(again?.status === 410, `a later write to the case: ${again?.status}`)
    const notes = client.readNotes()
    for (const path of notes.keys()) if (path.includes(GONE)) notes.delete(path)
    await checkStored(sql, notes, new Set([`contracts/${contractName(0)}/assessments/moved`]))
    await checkCounts(sql)

    await endRetention(client, sql, async () => {
      await api.end('SIGTERM')
      api = await world.startApi(env)
    })
    check((await returnsAsKept(sql)) === submitted, 'the submitted return has changed')
    await verifyAudit(world, env)
    checkStatuses(client, [200, 201, 202, 204, 410])
    await sql.end()
  },
  sabotage: {
    what: 'former versions of a contact keep whom it was about',
    edits: [
      {
        file: 'dist/src/store/casework/erasures.js',
        text: 'and case_refs && ${cases}::text[]`',
        by: 'and case_refs && ${cases}::text[] and false`',
      },
    ],
  },
})

/** Somebody of whom there is something of every kind, also what was corrected, and what others share. */
async function writePerson(client: Client): Promise<void> {
  const contract = `contracts/${contractName(0)}`
  const assessment = (of: string, stage: string, health: number) => ({
    case: of,
    instrument: 'victim-needs',
    stage,
    assessedOn: stage === 'start' ? '2019-02-08' : '2019-05-07',
    answers: { health },
  })
  const contact = (...cases: string[]) => ({ cases, on: '2019-03-09', kind: 'group' })
  for (const [path, body] of [
    [`cases/${GONE}`, { client: `${GONE}-client`, startedOn: '2019-02-08', closedOn: '2019-05-09' }],
    [`assessments/${GONE}-a`, assessment(GONE, 'start', 3)],
    [`assessments/${GONE}-a`, assessment(GONE, 'start', 2)],
    [`assessments/${GONE}-b`, assessment(GONE, 'end', 0)],
    // One that was this person's, by mistake, and is somebody else's.
    ['assessments/moved', assessment(GONE, 'start', 1)],
    ['assessments/moved', assessment('case-0', 'start', 1)],
    [`contacts/${GONE}-c`, contact(GONE)],
    ['contacts/shared', contact(GONE, 'case-0')],
    ['contacts/shared', contact('case-0')],
  ] as const) {
    await client.put({ path: `${contract}/${path}`, body })
  }
  const posted = await client.send('POST', `${contract}/assessments`, {
    body: assessment(GONE, 'review', 2),
    headers: { 'idempotency-key': `${GONE}-key` },
  })
  check(posted?.status === 201, `an assessment without a reference: ${posted?.status}`)
  const line = JSON.stringify({ ref: `${GONE}-line`, ...assessment(GONE, 'review', 1) })
  const bulk = await client.sendText('POST', `${contract}/assessments/bulk`, {
    type: 'application/x-ndjson',
    text: line,
  })
  check(bulk?.status === 200, `a line of a file: ${bulk?.status} ${bulk?.text}`)
}

async function submitReturn(client: Client, key: string): Promise<void> {
  let made: Answer | undefined
  do {
    made = await client.send('POST', 'returns', { body: RETURN, key })
    check(made !== undefined && made.status < 300, `the return: ${made?.status} ${made?.text}`)
    await pause(100)
  } while (made.status === 202)
  const { id, checks } = JSON.parse(made.text) as { id: string; checks: { id: string; passed: boolean }[] }
  const failed = checks.filter(({ passed }) => !passed)
  const answer = await client.send('POST', `returns/${id}/submission`, {
    body: {
      signedOffBy: 'A. Person',
      reasons: Object.fromEntries(failed.map((one) => [one.id, 'as the drill has it'])),
    },
    key,
  })
  check(answer?.status === 200, `its submission: ${answer?.status} ${answer?.text}`)
}

async function returnsAsKept(sql: postgres.Sql): Promise<string> {
  const rows = await sql<{ row: string }[]>`
    select to_jsonb(r)::text as row from returns r where submitted_at is not null`
  check(rows.length === 1, `${rows.length} returns are submitted`)
  return rows[0]?.row ?? ''
}

/** The tables, of every schema, that have the person in a row. */
async function placesNaming(sql: postgres.Sql): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`
  const found: string[] = []
  for (const { name } of tables) {
    const [{ count } = { count: 0 }] = await sql.unsafe<{ count: number }[]>(
      `select count(*)::int as count from ${name} t where to_jsonb(t)::text like '%${GONE}%'`,
    )
    if (count > 0) found.push(name)
  }
  return found
}

const textOf = async (redis: OwnRedis | undefined): Promise<string> => {
  if (redis === undefined) return ''
  return redis.ask(async (connection) => {
    const keys = await connection.keys('*')
    const values = await Promise.all(keys.map((key) => connection.dumpBuffer(key)))
    return [...keys, ...values.map(String)].join('\n')
  })
}

const isNamedIn = (folder: string): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (entry) =>
      entry.name.includes(GONE) ||
      (entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(GONE)),
  )

/** @param restart since retention is looked at once a day, and has been today */
async function endRetention(client: Client, sql: postgres.Sql, restart: () => Promise<void>): Promise<void> {
  const contract = contractName(1)
  const countsOf = async (): Promise<string> => {
    const rows =
      await sql`select * from counts where contract_id = ${contract} order by month, subject, by, value, x, y`
    return JSON.stringify(rows)
  }
  const peopleOf = async (): Promise<number> =>
    (
      await sql`select 1 from cases where contract_id = ${contract} union all
      select 1 from assessments where contract_id = ${contract} union all
      select 1 from assessment_revisions where contract_id = ${contract}`
    ).length
  check((await peopleOf()) > 0, 'nobody is there whose retention could end')
  // It ended on 31 March 2021, and people are kept for half a year.
  await client.operate('PUT', `contracts/${contract}`, {
    ...contractForm,
    returns: [],
    retention: { monthsAfterEnd: 6, hold: false },
  })
  await untilCounted(sql)
  const counts = await countsOf()
  await restart()
  const until = Date.now() + ERASED_WITHIN_SECONDS * 1000
  while ((await peopleOf()) > 0) {
    check(
      Date.now() < until,
      `people are there ${ERASED_WITHIN_SECONDS} s after their retention was looked at`,
    )
    await pause(200)
  }
  check((await countsOf()) === counts, 'the counts of people whose retention is over have changed')
}
