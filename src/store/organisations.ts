import type { Sql } from './database.ts'
import type { PageRequest } from './store.ts'

export interface Organisation {
  organisationId: string
  name: string
  kind: 'provider' | 'commissioner'
  areaCode: string | null
  exactReturns: boolean
}

export type StoredOrganisation = Organisation & { revision: number; createdAt: string; updatedAt: string }

export const organisationsIn = (sql: Sql) => {
  const columns = sql`organisation_id, name, kind, area_code, exact_returns, revision, created_at, updated_at`
  return {
    /** Locks the row, so that whoever changes it next sees this change first. */
    async lock(organisationId: string): Promise<StoredOrganisation | undefined> {
      const rows = await sql<StoredOrganisation[]>`
        select ${columns} from organisations where organisation_id = ${organisationId} for update`
      return rows[0]
    },

    async find(organisationId: string): Promise<StoredOrganisation | undefined> {
      const rows = await sql<StoredOrganisation[]>`
        select ${columns} from organisations where organisation_id = ${organisationId}`
      return rows[0]
    },

    /** Those of the named ones that exist. */
    async kinds(organisationIds: readonly string[]): Promise<Map<string, Organisation['kind']>> {
      const rows = await sql<Pick<Organisation, 'organisationId' | 'kind'>[]>`
        select organisation_id, kind from organisations where organisation_id = any(${organisationIds as string[]})`
      return new Map(rows.map(({ organisationId, kind }) => [organisationId, kind]))
    },

    async list({ limit, after }: PageRequest): Promise<StoredOrganisation[]> {
      return sql<StoredOrganisation[]>`
        select ${columns} from organisations
        where organisation_id > ${after ?? ''} order by organisation_id limit ${limit}`
    },

    /** @returns undefined if somebody else made it in the same moment */
    async insert(organisation: Organisation): Promise<StoredOrganisation | undefined> {
      const rows = await sql<StoredOrganisation[]>`
        insert into organisations ${sql({ ...organisation })}
        on conflict do nothing returning ${columns}`
      return rows[0]
    },

    async update({
      organisationId,
      name,
      areaCode,
      exactReturns,
    }: Organisation): Promise<StoredOrganisation> {
      const rows = await sql<[StoredOrganisation]>`
        update organisations
        set name = ${name}, area_code = ${areaCode}, exact_returns = ${exactReturns},
          revision = revision + 1, updated_at = now()
        where organisation_id = ${organisationId} returning ${columns}`
      return rows[0]
    },
  }
}
