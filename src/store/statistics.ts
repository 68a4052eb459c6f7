import type { Sql } from './database.ts'

export const statisticsIn = (sql: Sql) => ({
  /** Lets PostgreSQL look again at tables that have doubled, so that it plans for what they are now. */
  async refresh(): Promise<void> {
    await sql`select refresh_statistics()`
  },
})
