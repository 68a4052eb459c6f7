import type { Database } from '../database.ts'

/** What of the database's own protection is switched off. */
export interface OpenGuards {
  isDurable: boolean
  /** Working roles that pass row security, or are superusers. */
  mightyRoles: string[]
  /** Tables that belong to a working role, which could switch their row security off. */
  ownedTables: string[]
  /** Tables that a working role reaches without row security. */
  openTables: string[]
}

/**
 * Asked of the server itself, once, at start: a setting changed by hand shows here first. Working roles are those that policies
 * are for, and the one in which connections start; not whatever has a name like theirs, as the login may.
 */
export async function readGuards(owner: Database): Promise<OpenGuards> {
  const [row] = await owner<[OpenGuards]>`
    with roles as (
        select oid, rolname, rolsuper or rolbypassrls as is_mighty from pg_roles
        where rolname = 'waymark_connection' or oid in (select unnest(polroles) from pg_policy)
      ),
      tables as (
        select oid, relname, relowner, relrowsecurity and relforcerowsecurity as is_guarded from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      )
    select current_setting('fsync') = 'on' as is_durable,
      array(select rolname::text from roles where is_mighty order by 1) as mighty_roles,
      array(select relname::text from tables join roles on roles.oid = relowner order by 1) as owned_tables,
      array(
        select relname::text from tables
        where not is_guarded and exists (
          select 1 from roles where has_table_privilege(roles.oid, tables.oid, 'select, insert, update, delete')
        ) order by 1
      ) as open_tables`
  return row
}
