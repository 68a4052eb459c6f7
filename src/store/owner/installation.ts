import type { Database } from '../database.ts'

/** The id that the first migration gave this database. */
export async function readInstallationId(owner: Database): Promise<string> {
  const [row] = await owner<[{ installationId: string }]>`select installation_id from installation`
  return row.installationId
}
