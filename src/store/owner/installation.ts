import type { Sql } from '../database.ts'

/** What the migrations gave this database: its id, and a secret that nobody but the login reads. */
export interface Installation {
  installationId: string
  secret: string
}

export async function readInstallation(owner: Sql): Promise<Installation> {
  const [row] = await owner<[Installation]>`select installation_id, secret from installation`
  return row
}
