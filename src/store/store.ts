import type { Sql } from './database.ts'
import { assessmentsIn } from './assessments.ts'
import { casesIn } from './cases.ts'
import { contractsIn } from './contracts.ts'
import { countsIn } from './counts.ts'
import { keysIn } from './keys.ts'
import { marksIn } from './marks.ts'
import { organisationsIn } from './organisations.ts'
import { statisticsIn } from './statistics.ts'

/** Everything a unit of work can ask of the database, within its one transaction. */
export const openStore = (sql: Sql) => ({
  organisations: organisationsIn(sql),
  keys: keysIn(sql),
  contracts: contractsIn(sql),
  cases: casesIn(sql),
  assessments: assessmentsIn(sql),
  marks: marksIn(sql),
  counts: countsIn(sql),
  statistics: statisticsIn(sql),
})

export type Store = ReturnType<typeof openStore>

/** A page of a list: at most `limit` entries after the one named by `after`, ordered by it. */
export interface PageRequest {
  limit: number
  after: string | null
}
