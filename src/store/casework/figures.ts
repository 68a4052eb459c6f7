import type { FigureValues } from '../../domain/figures.ts'
import type { Sql, Write } from '../database.ts'
import type { PageRequest } from '../store.ts'

/** What a provider said of one period that no case holds. */
export interface StoredFigures {
  contractId: string
  period: string
  values: FigureValues
  revision: number
  updatedAt: string
}

export const figuresIn = (sql: Sql) => {
  const columns = sql`contract_id, period, values, revision, updated_at`
  return {
    async find(contractId: string, period: string): Promise<StoredFigures | undefined> {
      const rows = await sql<StoredFigures[]>`
        select ${columns} from figures where contract_id = ${contractId} and period = ${period}`
      return rows[0]
    },

    /** Nobody else changes them until this ends. */
    async lock(contractId: string, period: string): Promise<StoredFigures | undefined> {
      const rows = await sql<StoredFigures[]>`
        select ${columns} from figures where contract_id = ${contractId} and period = ${period} for update`
      return rows[0]
    },

    /** A period that is taken meanwhile fails the unit of work. */
    insert({ contractId, period, values, updatedAt }: Omit<StoredFigures, 'revision'>): Write {
      return sql`
        insert into figures (contract_id, period, values, updated_at)
        values (${contractId}, ${period}, ${sql.json(values)}, ${updatedAt})`
    },

    update({ contractId, period, values, updatedAt }: Omit<StoredFigures, 'revision'>): Write {
      return sql`
        update figures set values = ${sql.json(values)}, revision = revision + 1, updated_at = ${updatedAt}
        where contract_id = ${contractId} and period = ${period}`
    },

    async list(contractId: string, { limit, after }: PageRequest): Promise<StoredFigures[]> {
      return sql<StoredFigures[]>`
        select ${columns} from figures
        where contract_id = ${contractId} and period > ${after ?? ''} order by period limit ${limit}`
    },
  }
}
