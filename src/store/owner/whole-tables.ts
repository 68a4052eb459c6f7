import type { Sql } from '../database.ts'

/** So many rows are held at once. */
const ROWS_AT_ONCE = 500

/** Texts mean the same whatever the server's settings are. */
export async function settleTexts(sql: Sql): Promise<void> {
  await sql`
    select set_config('datestyle', 'ISO, YMD', true), set_config('timezone', 'UTC', true),
      set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '3', true)`
}

/** Every table, those first to which others point. */
export async function listTables(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    with recursive links as (
      select distinct conrelid as child, confrelid as parent from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace and conrelid <> confrelid
    ),
    depths as (
      select oid, 0 as depth from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      union
      select child, depth + 1 from links join depths on oid = parent
    )
    select relname as name from depths join pg_class using (oid) group by relname order by max(depth), relname collate "C"`
  return rows.map(({ name }) => name)
}

/** Those of which the backup's role would not see every row. */
export async function listUnreadable(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity and not (
      has_table_privilege('waymark_backup', c.oid, 'select') and exists (
        select from pg_policy p
        where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
          and p.polroles = array['waymark_backup'::regrole::oid] and pg_get_expr(p.polqual, c.oid) = 'true'
      )
    )
    order by 1`
  return rows.map(({ name }) => name)
}

/** Whether nothing at all was made in the database yet. */
export async function isEmpty(sql: Sql): Promise<boolean> {
  const rows = await sql`
    select from pg_class
    where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_' or nspname = 'information_schema')
    limit 1`
  return rows.length === 0
}

/** What identity columns have counted up to, by the name of the sequence. */
export async function readSequences(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; last: number }[]>`
    select sequencename as name, last_value as last from pg_sequences
    where schemaname = 'public' and last_value is not null`
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

export async function setSequences(sql: Sql, sequences: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, last] of Object.entries(sequences))
    await sql`select setval(format('public.%I', ${name}::text)::regclass, ${last}::bigint)`
}

/**
 * Every row of a table as the transaction sees it, each as PostgreSQL itself writes a whole row, in a JSON string.
 * What is guarded by row security is read in the role that sees all of it; the others the login alone may read.
 */
export async function* readRows(sql: Sql, table: string): AsyncGenerator<string[]> {
  await sql`
    select set_config('role', case when relrowsecurity then 'waymark_backup' else 'none' end, true)
    from pg_class where oid = format('public.%I', ${table}::text)::regclass`
  const rows = sql<
    { line: string }[]
  >`select to_json(whole_row::text)::text as line from ${sql(table)} whole_row`
  for await (const some of rows.cursor(ROWS_AT_ONCE)) yield some.map(({ line }) => line)
  await sql`select set_config('role', 'none', true)`
}

/** Takes rows that `readRows` gave, into a table of the same columns. */
export async function insertRows(sql: Sql, table: string, lines: readonly string[]): Promise<void> {
  const name = sql(table)
  await sql`
    insert into ${name} overriding system value
    select (whole_row).* from (
      select line::${name} as whole_row from jsonb_array_elements_text(${`[${lines.join(',')}]`}::text::jsonb) line offset 0
    ) rows`
}

/** What the migrations put into a new database is the old one's, too. */
export async function emptyTables(sql: Sql, tables: readonly string[]): Promise<void> {
  await sql`truncate ${sql(tables as string[])}`
}

/**
 * Lets the login, which owns the tables, write whatever it likes into them meanwhile. Others would wait: it locks the tables
 * until the transaction ends.
 */
export async function asTheirOwner(
  sql: Sql,
  tables: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  const forced = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relforcerowsecurity and relname = any(${tables as string[]})`
  for (const { name } of forced) await sql`alter table ${sql(name)} no force row level security`
  await work()
  for (const { name } of forced) await sql`alter table ${sql(name)} force row level security`
}

/** How many rows a table has, to its owner while row security is not forced. */
export async function countRows(sql: Sql, table: string): Promise<number> {
  const [row] = await sql<[{ rows: number }]>`select count(*) as rows from ${sql(table)}`
  return row.rows
}

/** What was erased, each as one JSON object. */
export async function* readErasures(sql: Sql): AsyncGenerator<string[]> {
  await sql`select set_config('role', 'waymark_backup', true)`
  const rows = sql<{ line: string }[]>`
    select json_build_object('contract', contract_id, 'digest', encode(digest, 'hex'), 'deliveredBy', delivered_by,
      'erasedAt', erased_at)::text as line
    from erasures`
  for await (const some of rows.cursor(ROWS_AT_ONCE)) yield some.map(({ line }) => line)
  await sql`select set_config('role', 'none', true)`
}

/** Adds those that are not there yet, of contracts that are not known here, too. */
export async function insertErasures(sql: Sql, lines: readonly string[]): Promise<void> {
  await sql`
    insert into erasures (contract_id, digest, delivered_by, erased_at)
    select contract, decode(digest, 'hex'), "deliveredBy", "erasedAt"
    from jsonb_to_recordset(${`[${lines.join(',')}]`}::text::jsonb)
      as e (contract text, digest text, "deliveredBy" text, "erasedAt" timestamptz)
    on conflict do nothing`
}

/** PostgreSQL's plans would go by empty tables otherwise. */
export async function learnSizes(sql: Sql): Promise<void> {
  await sql`analyze`
}
