import { existsSync } from 'node:fs'
import type { Config } from '../config.ts'
import { addressOf } from '../database-address.ts'
import { joinEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres.ts'

const stop = (): Promise<void> => Promise.resolve()

/** The database that has the data: the given one, or the embedded one, which is started if no process of ours runs it. */
export async function findDatabase({ databaseUrl, dataDir }: Config): Promise<EmbeddedPostgres> {
  if (databaseUrl !== undefined) return { address: addressOf(databaseUrl), stop }
  if (!existsSync(dataDir)) throw new Error(`There is no data folder ${dataDir}.`)
  try {
    return { address: await joinEmbeddedPostgres(dataDir), stop }
  } catch {
    // Nobody runs it; or whoever does is just starting or stopping it, which this then says.
    return startEmbeddedPostgres({ dataDir })
  }
}

/** The database that data comes to: the given one, or the embedded one on a data folder that no process of ours uses. */
export const makeDatabase = async ({ databaseUrl, dataDir }: Config): Promise<EmbeddedPostgres> =>
  databaseUrl === undefined ? startEmbeddedPostgres({ dataDir }) : { address: addressOf(databaseUrl), stop }
