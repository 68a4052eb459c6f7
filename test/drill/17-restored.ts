import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import { SeededRandom } from '../../src/demo/people/seeded-random.ts'
import { asDrill, check, whole } from './drill.ts'
import { Client, type Noted, type Write } from './client.ts'
import type { Cluster } from './cluster.ts'
import { runCommand, verifyAudit } from './command.ts'
import { checkStatuses, untilCounted } from './load.ts'
import { contractName, makeContracts, makePeople, SEED } from './people.ts'
import { checkCounts, checkStored } from './recount.ts'
import type { World } from './world.ts'

const SENDERS = 16
const READY_WITHIN_SECONDS = 600
const ERASED = { contract: contractName(0), case: 'case-0' }

/** A backup, with what the client had written down when it was begun and when it was made. */
interface Backup {
  file: string
  before: ReadonlyMap<string, Noted>
  after: ReadonlyMap<string, Noted>
}

export const restored = asDrill({
  number: 17,
  title: 'restored',
  full: { contracts: 20, perSecond: 150, backups: 10, assessments: 1_000_000 },
  short: { contracts: 3, perSecond: 100, backups: 1, assessments: 0 },
  load: ({ perSecond, assessments }) =>
    [
      `${perSecond} submissions a second`,
      ...(assessments > 0 ? [`${whole(assessments)} assessments`] : []),
    ].join('; '),
  faults: ({ backups }) => `${backups} × backup meanwhile, database lost, restored`,
  async run(world, { contracts, perSecond, backups, assessments }) {
    const lost = await world.startPostgres()
    const env = { DATABASE_URL: lost.url }
    const api = await world.startApi(env)
    const client = new Client(() => api.url, world.path('notes'))
    await makeContracts(client, contracts)
    const [first = [], ...others] = makePeople(contracts, 1_000 * backups * SENDERS)
    for (const write of first) await client.put(write)
    const sending = sendSteadily(client, others, perSecond)
    const made: Backup[] = []
    const random = new SeededRandom(SEED)
    while (made.length < backups) {
      await pause(random.between(500, 3_000))
      made.push(await backUp(world, env, client))
    }
    await sending.stop()

    // Somebody who is in every backup, and must not come back with one.
    const answer = await client.send('DELETE', `contracts/${ERASED.contract}/cases/${ERASED.case}`)
    check(answer?.status === 204, `the erasure ended with ${answer?.status}`)
    checkStatuses(client, [200, 201, 204])
    const erasures = world.path('erasures')
    await runCommand(world, 'src/backup/erasures', env, [erasures])

    const spare = await world.startPostgres()
    const from = { spare, erasures, key: client.key }
    let waiting = 0
    for (const { file, before, after } of made) {
      waiting += await restore(world, { ...from, file }, async (sql) => {
        await untilCounted(sql)
        const notes = asOfBackup(before, after)
        for (const { path } of first) notes.delete(path)
        await checkStored(sql, notes)
        await checkCounts(sql)
      })
    }
    if (waiting === 0) throw new Error('nothing waited to be counted at any backup')
    if (assessments === 0) return
    await restoreMany(world, { ...from, lost, assessments, stop: () => api.end('SIGTERM') })
  },
  sabotage: {
    what: 'what waits to be counted is left out of a backup',
    edits: [
      {
        file: 'dist/src/store/owner/whole-tables.js',
        text: 'from ${sql(table)} whole_row`',
        by: "from ${sql(table)} whole_row where ${table}::text <> 'marks'`",
      },
    ],
  },
})

/** So many submissions a second until it is stopped: each person's in order, each once it is taken. */
function sendSteadily(client: Client, people: readonly Write[][], perSecond: number) {
  const started = Date.now()
  const state = { next: 0, sent: 0, isOver: false }
  const isTooFast = (): boolean => state.sent > (perSecond * (Date.now() - started)) / 1000
  const sender = async (): Promise<void> => {
    for (let person = people[state.next++]; person && !state.isOver; person = people[state.next++]) {
      for (const write of person) {
        while (isTooFast()) await pause(2)
        state.sent++
        await client.put(write)
      }
    }
  }
  const senders = Promise.all(Array.from({ length: SENDERS }, sender))
  // Whoever stops it hears of it; until then a drill that fails for another reason says that one.
  senders.catch(() => undefined)
  return {
    async stop(): Promise<void> {
      state.isOver = true
      await senders
    },
  }
}

async function backUp(world: World, env: { DATABASE_URL: string }, client: Client): Promise<Backup> {
  const file = world.path('backup')
  const before = client.readNotes()
  await runCommand(world, 'src/backup/backup', env, [file])
  return { file, before, after: client.readNotes() }
}

/** All that was taken before it was begun has to be in it, and nothing that was not meant before it was made. */
const asOfBackup = (
  before: ReadonlyMap<string, Noted>,
  after: ReadonlyMap<string, Noted>,
): Map<string, Noted> =>
  new Map([...after].map(([path, { meant }]) => [path, { meant, taken: before.get(path)?.taken }]))

/**
 * Brings a backup into an emptied server that has never seen the lost one, and starts the service on it.
 *
 * @param look at the restored database, once the service is ready
 * @param lookFirst before it is started
 * @returns how many changes waited to be counted in it
 * @throws {AssertionError} if it is not ready in time, or is not what it was
 */
async function restore(
  world: World,
  { spare, file, erasures, key }: { spare: Cluster; file: string; erasures: string; key: string },
  look: (sql: postgres.Sql) => Promise<void>,
  lookFirst: (sql: postgres.Sql) => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  await spare.empty()
  const env = { DATABASE_URL: spare.url }
  const began = Date.now()
  await runCommand(world, 'src/backup/restore', env, [file, '--erasures', erasures])
  const restored = Date.now()
  const waiting = await spare.asOwner(async (sql) => {
    const erased = await sql`
      select from cases where contract_id = ${ERASED.contract} and case_ref = ${ERASED.case}`
    check(erased.length === 0, 'somebody who was erased is back')
    await lookFirst(sql)
    return (await sql`select from marks`).length
  })
  await verifyAudit(world, env)
  const starting = Date.now()
  const api = await world.startApi(env)
  const { status } = await fetch(`${api.url}/readyz`)
  const seconds = (restored - began + Date.now() - starting) / 1000
  check(status === 200, `the restored service is not ready: ${status}`)
  check(seconds < READY_WITHIN_SECONDS, `it took ${seconds} s until the restored service was ready`)
  await spare.asOwner(look)
  const client = new Client(() => api.url, world.path('notes'))
  client.key = key
  const again = await client.send('PUT', `contracts/${ERASED.contract}/cases/${ERASED.case}`, { body: {} })
  check(again?.status === 410, `a later write to a case that was erased: ${again?.status}`)
  client.close()
  check((await api.end('SIGTERM')) === 0, 'the restored service did not stop in order')
  return waiting
}

/** The same with as many assessments as a service has after years: nothing is written meanwhile, so each row has to be the same. */
async function restoreMany(
  world: World,
  {
    lost,
    assessments,
    stop,
    ...from
  }: {
    lost: Cluster
    assessments: number
    stop: () => Promise<number | null>
    spare: Cluster
    erasures: string
    key: string
  },
): Promise<void> {
  const rows = await lost.asOwner(async (sql) => {
    await multiply(sql, assessments)
    await untilCounted(sql, READY_WITHIN_SECONDS)
    check((await stop()) === 0, 'the service did not stop in order')
    return hashesOf(sql)
  })
  const file = world.path('backup')
  await runCommand(world, 'src/backup/backup', { DATABASE_URL: lost.url }, [file])
  await restore(world, { ...from, file }, checkCounts, async (sql) => {
    const found = await hashesOf(sql)
    for (const [table, hash] of rows) check(found.get(table) === hash, `${table} has other rows than before`)
  })
}

/** More people like those that there are, until there are so many assessments, all to be counted. */
async function multiply(sql: postgres.Sql, assessments: number): Promise<void> {
  const times = sql`
    generate_series(1, (select ceil(${assessments} / count(*)::numeric)::int from assessments)) n`
  await sql.begin(async (sql) => {
    await sql`
      insert into cases
      select more.* from cases c, ${times},
        jsonb_populate_record(c, jsonb_build_object('case_ref', c.case_ref || '+' || n)) more`
    await sql`
      insert into assessments
      select more.* from assessments a, ${times},
        jsonb_populate_record(a, jsonb_build_object('ref', a.ref || '+' || n, 'case_ref', a.case_ref || '+' || n)) more`
    await sql`insert into marks (contract_id, month) select distinct contract_id, month from recounts`
  })
  await sql`analyze`
}

/** Of each table one number that follows from every row of it. */
async function hashesOf(sql: postgres.Sql): Promise<Map<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`
  const found = new Map<string, string>()
  for (const { name } of tables) {
    const [row] = await sql<{ hash: string | null }[]>`
      select count(*) || '/' || sum(hashtextextended(t::text, 0)) as hash from ${sql(name)} t`
    found.set(name, row?.hash ?? '')
  }
  return found
}
