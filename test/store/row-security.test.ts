import postgres from 'postgres'
import t from 'tap'
import {
  connectPool,
  Overtaken,
  transactOn,
  type Actor,
  type Sql,
  type Transact,
} from '../../src/store/database.ts'
import type { Pool } from '../../src/store/pool.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'

/** Row security by itself: statements without any `where`, as if the code had forgotten it. */

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact

const TENANT_TABLES = [
  'api_keys',
  'assessment_revisions',
  'assessments',
  'cases',
  'contact_cases',
  'contacts',
  'contracts',
  'counts',
  'figures',
  'marks',
  'organisations',
]

t.before(async () => {
  database = await makeDatabase()
  await Promise.all([migrate(database.address), migrate(database.address)])
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 3)
  transact = transactOn(pool)
  await owner.unsafe(`
    set row_security = on;
    insert into organisations (organisation_id, name, kind) values
      ('a', 'a', 'provider'), ('b', 'b', 'provider'), ('partner', 'partner', 'provider'),
      ('pcc', 'pcc', 'commissioner'), ('other-pcc', 'other', 'commissioner');
    insert into contracts (contract_id, title, provider_id, partners, commissioners, starts_on, ends_on, instruments,
      measures, targets, funding, returns, minimum_count, minimum_counts)
    select 'of-' || provider, provider, provider, partners, commissioners, '2018-10-01', '2021-09-30', '{}',
      '[]', '{}', '[]', '[]', 5, '[{"since": "2018-10-01", "minimumCount": 5}]'
    from (values ('a', array['partner'], array['pcc']), ('b', array[]::text[], array['other-pcc']))
      as t (provider, partners, commissioners);
    insert into cases (contract_id, case_ref, delivered_by) values
      ('of-a', 'own', 'a'), ('of-a', 'shared', 'partner'), ('of-b', 'foreign', 'b');
    insert into assessments (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage, respondent,
      response, assessed_on, answers, scores, received_at)
    select contract_id, 'r-' || coalesce(case_ref, 'none'), 1, case_ref, 'victim-needs', 1, 'end', 'self', 'completed',
      '2019-03-31', '{}', '{}', now()
    from (select contract_id, case_ref from cases union all values ('of-a', null)) as t;
    insert into assessment_revisions (contract_id, ref, revision, case_ref, instrument_id, instrument_version, stage,
      respondent, response, assessed_on, answers, scores, received_at)
    select contract_id, ref, 0, case_ref, instrument_id, instrument_version, stage, respondent, response, assessed_on,
      answers, scores, received_at from assessments;
    insert into marks (contract_id, month) values ('of-a', 201903), ('of-b', 201903);
    insert into counts (contract_id, month, subject, by, value, x, y, n) values
      ('of-a', 201903, 's', '', '', 0, 0, 2), ('of-a', 201903, 's', 'delivered-by', 'partner', 0, 0, 1),
      ('of-b', 201903, 's', '', '', 0, 0, 1);`)
})
t.teardown(async () => {
  await pool.end()
  await owner.end()
  await database.drop()
})

const begin = <T>(work: (sql: Sql) => Promise<T>) => pool.use((connection) => connection.begin(work))

/** Every row of a table that the actor can reach, by its own key; or the code of the refusal. */
async function reach(actor: Actor, table: string, key: string): Promise<string[] | string> {
  try {
    return await begin(async (sql) => {
      const { role } = actor
      const organisation = 'organisation' in actor ? actor.organisation : ''
      const contract = 'contract' in actor ? (actor.contract ?? '') : ''
      await sql`select set_config('role', ${`waymark_${role}`}, true),
        set_config('waymark.organisation', ${organisation}, true), set_config('waymark.contract', ${contract}, true)`
      const rows = await sql.unsafe<{ key: string }[]>(`select ${key} as key from ${table} order by 1`)
      return rows.map((row) => row.key)
    })
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error)
  }
}

const REFUSED = '42501'
const provider = (organisation: string): Actor => ({ role: 'provider', organisation })
const commissioner = (organisation: string): Actor => ({ role: 'commissioner', organisation })

t.test('every table of a tenant has row security enabled and forced', async (t) => {
  const rows = await owner<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity and relforcerowsecurity
    order by relname collate "C"`
  t.same(
    rows.map(({ name }) => name),
    TENANT_TABLES,
  )
  const open = await owner<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and not relforcerowsecurity order by relname`
  t.same(
    open.map(({ name }) => name),
    ['definition_versions', 'installation'],
    'a new table must be listed here, or among the tenants’',
  )
})

t.test('the working roles own nothing, are no superusers and cannot pass row security', async (t) => {
  const roles = await owner`
    select rolname from pg_roles where rolname like 'waymark\\_%' and (rolsuper or rolbypassrls or rolcanlogin)`
  t.same([...roles], [])
  const owned = await owner`
    select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like 'waymark\\_%'`
  t.same([...owned], [])
})

t.test('a pooled connection may do nothing before it takes a role, nor after', async (t) => {
  for (const table of TENANT_TABLES) {
    await t.rejects(
      pool.use((sql) => sql.unsafe(`select 1 from ${table}`)),
      { code: REFUSED },
      table,
    )
  }
  await transact(provider('a'), (store) => store.cases.find('of-a', 'own'))
  await transact(provider('a'), () => Promise.reject(new Error('half-way'))).catch((error: unknown) => {
    t.match(error, { message: 'half-way' })
  })
  for (let times = 0; times < 6; times++) {
    const [row] = await pool.use(
      (sql) =>
        sql`select current_user as role, current_setting('waymark.organisation', true) as organisation`,
    )
    t.equal(row?.role, 'waymark_connection')
    t.ok([null, ''].includes(row?.organisation), 'no tenant')
  }
})

t.test('a provider reaches its own contracts and nobody else’s', async (t) => {
  t.same(await reach(provider('a'), 'contracts', 'contract_id'), ['of-a'])
  t.same(await reach(provider('a'), 'cases', 'case_ref'), ['own', 'shared'])
  t.same(await reach(provider('a'), 'assessments', 'ref'), ['r-none', 'r-own', 'r-shared'])
  t.same(await reach(provider('a'), 'assessment_revisions', 'ref'), ['r-none', 'r-own', 'r-shared'])
  t.same(await reach(provider('a'), 'marks', 'contract_id'), ['of-a'])
  t.same(await reach(provider('a'), 'counts', 'by'), ['', 'delivered-by'])
  t.same(await reach(provider('a'), 'organisations', 'organisation_id'), REFUSED)
  t.same(await reach(provider('a'), 'api_keys', 'key_id'), REFUSED)
  t.same(await reach(provider(''), 'cases', 'case_ref'), [])
})

t.test('a partner reaches only the cases that it delivers itself, and their counts', async (t) => {
  t.same(await reach(provider('partner'), 'contracts', 'contract_id'), ['of-a'])
  t.same(await reach(provider('partner'), 'cases', 'case_ref'), ['shared'])
  t.same(await reach(provider('partner'), 'assessments', 'ref'), ['r-shared'])
  t.same(await reach(provider('partner'), 'assessment_revisions', 'ref'), ['r-shared'])
  t.same(await reach(provider('partner'), 'counts', 'value'), ['partner'])
})

t.test('a commissioner reaches no case, no assessment, no revision: there is no grant', async (t) => {
  for (const table of ['cases', 'assessments', 'assessment_revisions', 'organisations', 'api_keys']) {
    t.same(await reach(commissioner('pcc'), table, '1'), REFUSED, table)
  }
  t.same(await reach(commissioner('pcc'), 'contracts', 'contract_id'), ['of-a'])
  t.same(await reach(commissioner('pcc'), 'counts', 'contract_id'), ['of-a', 'of-a'])
  t.same(await reach(commissioner('pcc'), 'marks', 'contract_id'), ['of-a'])
})

t.test('an operator sees no case and no count', async (t) => {
  for (const table of ['cases', 'assessments', 'assessment_revisions', 'counts', 'marks']) {
    t.same(await reach({ role: 'operator' }, table, '1'), REFUSED, table)
  }
  t.same(await reach({ role: 'operator' }, 'contracts', 'contract_id'), ['of-a', 'of-b'])
})

t.test('a worker reads the one contract that it was set to, and of others only their marks', async (t) => {
  const worker: Actor = { role: 'worker', contract: 'of-b' }
  t.same(await reach(worker, 'cases', 'case_ref'), ['foreign'])
  t.same(await reach(worker, 'assessments', 'ref'), ['r-foreign'])
  t.same(await reach(worker, 'counts', 'contract_id'), ['of-b'])
  t.same(await reach(worker, 'marks', 'contract_id'), ['of-a', 'of-b'])
  t.same(await reach(worker, 'assessment_revisions', '1'), REFUSED)
  t.same(await reach({ role: 'worker' }, 'cases', 'case_ref'), [])
})

t.test('nobody writes into another’s contract', async (t) => {
  const write = (actor: Actor, work: (sql: Sql) => Promise<unknown>) =>
    begin(async (sql) => {
      await sql`select set_config('role', ${`waymark_${actor.role}`}, true),
        set_config('waymark.organisation', ${'organisation' in actor ? actor.organisation : ''}, true)`
      await work(sql)
    })
  await t.rejects(
    write(
      provider('b'),
      (sql) => sql`insert into cases (contract_id, case_ref, delivered_by) values ('of-a', 'x', 'b')`,
    ),
    { code: REFUSED },
  )
  await t.rejects(
    write(
      provider('partner'),
      (sql) => sql`
      insert into cases (contract_id, case_ref, delivered_by) values ('of-a', 'x', 'a')`,
    ),
    { code: REFUSED },
  )
  await t.rejects(
    write(provider('partner'), (sql) => sql`update cases set delivered_by = 'a' where case_ref = 'shared'`),
    { code: REFUSED },
  )
  await t.rejects(
    write(provider('b'), (sql) => sql`insert into marks (contract_id, month) values ('of-a', 201901)`),
    { code: REFUSED },
  )
  await t.rejects(
    write(commissioner('pcc'), (sql) => sql`delete from counts`),
    { code: REFUSED },
  )
})

t.test('keys of the hot path start with the contract', async (t) => {
  const rows = await owner<{ name: string; first: string }[]>`
    select c.relname as name, a.attname as first
    from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    where i.indisunique and c.relnamespace = 'public'::regnamespace
      and c.relname in ('cases', 'assessments', 'assessment_revisions', 'marks', 'counts') order by 1`
  t.equal(rows.length, 5)
  for (const { name, first } of rows) t.equal(first, 'contract_id', name)
})

t.test('what a failed unit of work still asks for does not reach the next one', async (t) => {
  let late: () => Promise<unknown> = () => Promise.resolve()
  await t.rejects(
    transact(provider('a'), (store) => {
      late = () => store.cases.find('of-a', 'own')
      throw new Error('failed')
    }),
    { message: 'failed' },
  )
  await t.rejects(late(), { message: 'the transaction is over' })
  await transact(provider('a'), (store) => {
    late = () => store.cases.find('of-a', 'own')
    return Promise.resolve()
  })
  await t.rejects(late(), { message: 'the transaction is over' }, 'nor what one that is done asks for')
})

t.test('a key that stays taken by a row that the actor cannot see is told as such', async (t) => {
  const blank = [{ caseRef: 'own', countedOn: null, inSupportFrom: null }]
  const told: unknown = await transact(provider('partner'), async (store) => {
    await store.cases.insertBlank('of-a', 'partner', blank)
  }).catch((error: unknown) => error)
  t.ok(told instanceof Overtaken)
})
