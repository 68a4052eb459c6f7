import type { Sql } from './database.ts'

/** Transactions of this database that are open now, whoever runs them; each by the name that PostgreSQL gives it. */
export const transactionsIn = (sql: Sql) => ({
  /** The others that have looked at a contract, and so may go by what it said then. */
  async thatReadContracts(): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select distinct virtualtransaction as name from pg_locks
      where locktype = 'relation' and relation = 'contracts'::regclass and granted and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())`
    return rows.map(({ name }) => name)
  },

  /** Those of the named ones that have not ended; each holds a lock on itself until then. */
  async stillOpen(names: readonly string[]): Promise<string[]> {
    const rows = await sql<{ name: string }[]>`
      select distinct virtualtransaction as name from pg_locks where virtualtransaction = any(${names as string[]})`
    return rows.map(({ name }) => name)
  },

  /**
   * From here on, this transaction may erase what hangs on cases of one contract, whosever it is, and do nothing else: what it
   * is to erase it has locked before, as who may.
   */
  async goOnAsEraser(contractId: string): Promise<void> {
    await sql`select set_config('role', 'waymark_eraser', true), set_config('waymark.contract', ${contractId}, true)`
  },

  /** From here on, what is written can be undone without what was written before. */
  async setSavepoint(): Promise<void> {
    await sql`savepoint part`
  },

  async dropSavepoint(): Promise<void> {
    await sql`release savepoint part`
  },

  /** Undoes what was written since, also after a statement that failed. */
  async goBackToSavepoint(): Promise<void> {
    await sql`rollback to savepoint part`
    await sql`release savepoint part`
  },
})
