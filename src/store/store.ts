import type { Sql } from './database.ts'
import { assessmentsIn } from './casework/assessments.ts'
import { casesIn } from './casework/cases.ts'
import { contactsIn } from './casework/contacts.ts'
import { contractsIn } from './contracts.ts'
import { countingIn } from './counting.ts'
import { countsIn } from './counts.ts'
import { failedCountsIn } from './failed-counts.ts'
import { idempotencyKeysIn } from './casework/idempotency-keys.ts'
import { figuresIn } from './casework/figures.ts'
import { keysIn } from './keys.ts'
import { marksIn } from './marks.ts'
import { organisationsIn } from './organisations.ts'
import { releasesIn } from './disclosure/releases.ts'
import { returnsIn } from './returns/returns.ts'
import { erasuresIn } from './casework/erasures.ts'
import { auditLogIn } from './audit/audit-log.ts'
import { qualityIn } from './casework/quality.ts'
import { deliveriesIn } from './webhooks/deliveries.ts'
import { webhooksIn } from './webhooks/webhooks.ts'
import { statisticsIn } from './statistics.ts'
import { transactionsIn } from './transactions.ts'

/** Everything a unit of work can ask of the database, within its one transaction. */
export const openStore = (sql: Sql) => ({
  organisations: organisationsIn(sql),
  keys: keysIn(sql),
  contracts: contractsIn(sql),
  cases: casesIn(sql),
  assessments: assessmentsIn(sql),
  contacts: contactsIn(sql),
  figures: figuresIn(sql),
  idempotencyKeys: idempotencyKeysIn(sql),
  marks: marksIn(sql),
  failedCounts: failedCountsIn(sql),
  counting: countingIn(sql),
  counts: countsIn(sql),
  releases: releasesIn(sql),
  returns: returnsIn(sql),
  quality: qualityIn(sql),
  erasures: erasuresIn(sql),
  auditLog: auditLogIn(sql),
  webhooks: webhooksIn(sql),
  deliveries: deliveriesIn(sql),
  statistics: statisticsIn(sql),
  transactions: transactionsIn(sql),
})

export type Store = ReturnType<typeof openStore>

/** A page of a list: at most `limit` entries after the one named by `after`, ordered by it. */
export interface PageRequest {
  limit: number
  after: string | null
}
