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
import type { Pool } from '../../src/store/connections/pool.ts'
import { migrate } from '../../src/store/owner/migrate.ts'
import { makeDatabase, type TestDatabase } from '../support/database.ts'
import {
  commissioner,
  insertTwoTenants,
  operator,
  provider,
  releaser,
  settingsOf,
  TENANT_TABLES,
  worker,
} from '../support/two-tenants.ts'

/** Row security by itself: statements without any `where`, as if the code had forgotten it. */

let database: TestDatabase
let owner: postgres.Sql
let pool: Pool
let transact: Transact

t.before(async () => {
  database = await makeDatabase()
  await Promise.all([migrate(database.address), migrate(database.address)])
  owner = postgres({ ...database.address, max: 1, onnotice: () => undefined })
  pool = connectPool(database.address, 3)
  transact = transactOn(pool)
  await insertTwoTenants(owner)
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
      const { role, organisation, contract } = settingsOf(actor)
      await sql`select set_config('role', ${role}, true),
        set_config('waymark.organisation', ${organisation}, true), set_config('waymark.contract', ${contract}, true)`
      const rows = await sql.unsafe<{ key: string }[]>(`select ${key} as key from ${table} order by 1`)
      return rows.map((row) => row.key)
    })
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error)
  }
}

const REFUSED = '42501'

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
  t.same(await reach(provider('a'), 'contacts', 'ref'), ['k-joint', 'k-own', 'k-shared'])
  t.same(await reach(provider('a'), 'contact_revisions', 'ref'), ['k-joint', 'k-own', 'k-shared'])
  t.same(await reach(provider('a'), 'marks', 'contract_id'), ['of-a'])
  t.same(await reach(provider('a'), 'counts', 'contract_id'), Array(5).fill('of-a'))
  t.same(await reach(provider('a'), 'figures', 'contract_id'), ['of-a'])
  t.same(await reach(provider('a'), 'idempotency_keys', 'organisation_id'), ['a'])
  t.same(await reach(provider('a'), 'recounts', 'contract_id'), ['of-a'])
  for (const table of ['past_released_counts', 'released_counts', 'releases']) {
    t.same(await reach(provider('a'), table, '1'), REFUSED, table)
  }
  t.same(await reach(provider('a'), 'organisations', 'organisation_id'), REFUSED)
  t.same(await reach(provider('a'), 'api_keys', 'key_id'), REFUSED)
  t.same(await reach(provider(''), 'cases', 'case_ref'), [])
})

t.test('a partner reaches only the cases that it delivers itself, and their counts', async (t) => {
  t.same(await reach(provider('partner'), 'contracts', 'contract_id'), ['of-a'])
  t.same(await reach(provider('partner'), 'cases', 'case_ref'), ['shared'])
  t.same(await reach(provider('partner'), 'assessments', 'ref'), ['r-shared'])
  t.same(await reach(provider('partner'), 'assessment_revisions', 'ref'), ['r-shared'])
  t.same(
    await reach(provider('partner'), 'contacts', 'ref'),
    ['k-joint', 'k-shared'],
    'its figures need both',
  )
  t.same(await reach(provider('partner'), 'contact_cases', 'case_ref'), ['shared', 'shared'])
  t.same(await reach(provider('partner'), 'contact_revisions', 'ref'), ['k-shared'])
  t.same(await reach(provider('partner'), 'counts', 'value'), ['partner', 'partner/planned'])
  t.same(await reach(provider('partner'), 'figures', 'contract_id'), [])
  t.same(await reach(provider('partner'), 'idempotency_keys', 'organisation_id'), ['partner'])
})

t.test(
  'a commissioner reaches no case, no assessment, no revision and no exact count: there is no grant',
  async (t) => {
    for (const table of [
      'cases',
      'assessments',
      'assessment_revisions',
      'contacts',
      'contact_cases',
      'contact_revisions',
      'counts',
      'past_released_counts',
      'figures',
      'idempotency_keys',
      'organisations',
      'api_keys',
    ]) {
      t.same(await reach(commissioner('pcc'), table, '1'), REFUSED, table)
    }
    for (const table of ['contracts', 'marks', 'recounts', 'released_counts', 'releases']) {
      for (const named of ['pcc', 'joint']) {
        t.same(await reach(commissioner(named), table, 'contract_id'), ['of-a'], `${named}: ${table}`)
      }
      t.same(await reach(commissioner('other-pcc'), table, 'contract_id'), ['of-b'], table)
      t.same(await reach(commissioner('a'), table, 'contract_id'), [], table)
    }
  },
)

t.test('an operator sees no case and no count', async (t) => {
  for (const table of [
    'cases',
    'assessments',
    'assessment_revisions',
    'contacts',
    'contact_revisions',
    'counts',
    'failed_counts',
    'figures',
    'idempotency_keys',
    'marks',
    'past_released_counts',
    'recounts',
    'released_counts',
    'releases',
  ]) {
    t.same(await reach(operator, table, '1'), REFUSED, table)
  }
  t.same(await reach(operator, 'contracts', 'contract_id'), ['of-a', 'of-b'])
})

t.test('a worker reads the one contract that it was set to, and of others only their marks', async (t) => {
  const ofB = worker('of-b')
  t.same(await reach(ofB, 'cases', 'case_ref'), ['foreign'])
  t.same(await reach(ofB, 'assessments', 'ref'), ['r-foreign'])
  t.same(await reach(ofB, 'counts', 'contract_id'), ['of-b'])
  t.same(await reach(ofB, 'marks', 'contract_id'), ['of-a', 'of-b'])
  t.same(await reach(ofB, 'assessment_revisions', '1'), REFUSED)
  t.same(await reach(ofB, 'contacts', 'ref'), ['k-foreign'])
  t.same(await reach(ofB, 'contact_revisions', '1'), REFUSED)
  for (const table of ['past_released_counts', 'recounts', 'released_counts', 'releases', 'figures']) {
    t.same(await reach(ofB, table, 'contract_id'), ['of-b'], table)
  }
  t.same(await reach(ofB, 'idempotency_keys', '1'), [1], 'what is older than a day, to sweep it out')
  t.same(await reach(ofB, 'idempotency_keys', 'key_hash'), REFUSED)
  t.same(await reach(worker(), 'cases', 'case_ref'), [])
})

t.test(
  'a releaser reads counts of the one contract that it was set to, and nothing of a person',
  async (t) => {
    const ofB = releaser('of-b')
    const ofItsContract = [
      ...['contracts', 'counts', 'figures', 'marks', 'past_released_counts', 'recounts', 'released_counts'],
      'releases',
    ]
    for (const table of ofItsContract) t.same(await reach(ofB, table, 'contract_id'), ['of-b'], table)
    for (const table of TENANT_TABLES) {
      if (ofItsContract.includes(table) || table.startsWith('webhook')) continue
      t.same(await reach(ofB, table, '1'), REFUSED, table)
    }
    t.same(await reach(ofB, 'webhooks', 'organisation_id'), ['other-pcc'], 'who is to be told')
    t.same(await reach(ofB, 'webhooks', 'salt'), REFUSED)
    t.same(await reach(releaser(), 'marks', 'contract_id'), ['of-a', 'of-b'], 'for whoever waits for counts')
    t.same(await reach(releaser(), 'counts', 'contract_id'), [])
  },
)

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
    write(provider('partner'), (sql) => sql`update contacts set minutes = 5 where ref = 'k-joint'`),
    { code: REFUSED },
    'a session about a case that it cannot see, too',
  )
  await write(provider('partner'), (sql) => sql`update contacts set minutes = 5 where ref = 'k-shared'`)
  await write(provider('a'), (sql) => sql`update contacts set minutes = 5 where ref = 'k-joint'`)
  await t.rejects(
    write(provider('b'), (sql) => sql`insert into marks (contract_id, month) values ('of-a', 201901)`),
    { code: REFUSED },
  )
  await t.rejects(
    write(commissioner('pcc'), (sql) => sql`delete from counts`),
    { code: REFUSED },
  )
})

t.test('what runs with the rights of its owner is known, and no view does', async (t) => {
  const views = (sql: postgres.ISql) => sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
      and not coalesce(reloptions @> '{security_invoker=true}', false)`
  t.same([...(await views(owner))], [])
  await owner
    .begin(async (sql) => {
      await sql`create view leak as select * from cases`
      t.same([...(await views(sql))], [{ name: 'leak' }], 'one that does would be found')
      throw new Error('undo')
    })
    .catch((error: unknown) => {
      t.match(error, { message: 'undo' })
    })
  const functions = await owner<{ name: string }[]>`
    select proname as name from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`
  t.same(
    functions.map(({ name }) => name),
    ['refresh_statistics'],
  )
})

t.test('some columns only are granted of some tables', async (t) => {
  const rows = await owner<{ granted: string }[]>`
    select relname || '.' || attname || ' ' || privilege_type || ' ' || grantee::regrole as granted
    from pg_attribute a join pg_class c on c.oid = a.attrelid, aclexplode(attacl)
    where relnamespace = 'public'::regnamespace`
  t.same(
    rows.map(({ granted }) => granted).sort(),
    [
      'contact_revisions.case_refs UPDATE waymark_eraser',
      'contacts.case_count UPDATE waymark_eraser',
      'contracts.counted_with UPDATE waymark_worker',
      'contracts.has_entry_counts UPDATE waymark_worker',
      'contracts.has_life_counts UPDATE waymark_worker',
      'contracts.has_referral_counts UPDATE waymark_worker',
      'contracts.has_session_counts UPDATE waymark_worker',
      'contracts.people_erased_at UPDATE waymark_worker',
      'counts.n UPDATE waymark_worker',
      'idempotency_keys.created_at SELECT waymark_worker',
      'returns.area_code UPDATE waymark_commissioner',
      'returns.changes UPDATE waymark_commissioner',
      'returns.checks UPDATE waymark_commissioner',
      'returns.content UPDATE waymark_commissioner',
      'returns.generated_at UPDATE waymark_commissioner',
      'returns.provisional UPDATE waymark_commissioner',
      'returns.reasons UPDATE waymark_commissioner',
      'returns.sha256 UPDATE waymark_commissioner',
      'returns.signed_off_by UPDATE waymark_commissioner',
      'returns.status UPDATE waymark_commissioner',
      'returns.submitted_at UPDATE waymark_commissioner',
      'returns.template_version UPDATE waymark_commissioner',
      ...[
        'delivered_at',
        'failure',
        'is_sending',
        'is_told_again',
        'last_tried_at',
        'next_try_at',
        'status',
      ].map((column) => `webhook_deliveries.${column} UPDATE waymark_worker`),
      'webhook_deliveries.status_code UPDATE waymark_worker',
      'webhook_deliveries.tries UPDATE waymark_worker',
      ...['events', 'revision', 'updated_at', 'url'].flatMap((column) =>
        ['commissioner', 'provider'].map((role) => `webhooks.${column} UPDATE waymark_${role}`),
      ),
      ...['counts', 'is_hidden', 'parts', 'released_at', 'since'].map(
        (column) => `released_counts.${column} UPDATE waymark_releaser`,
      ),
      ...['ask_for', 'changes', 'stamp'].map((column) => `releases.${column} UPDATE waymark_releaser`),
      ...['contract_id', 'event', 'is_sending', 'organisation_id', 'status', 'webhook_id'].map(
        (column) => `webhook_deliveries.${column} SELECT waymark_releaser`,
      ),
      'webhook_deliveries.is_told_again UPDATE waymark_releaser',
      ...['events', 'organisation_id', 'webhook_id'].map(
        (column) => `webhooks.${column} SELECT waymark_releaser`,
      ),
    ].sort(),
  )
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
