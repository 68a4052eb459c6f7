import { readConfig } from './config.ts'
import { addressOf } from './database-address.ts'
import { joinEmbeddedPostgres } from './embedded-postgres.ts'
import { verifyChains } from './services/audit/verify-chains.ts'
import { connectPool, transactOn } from './store/database.ts'

/** Walks every chain of the audit log; prints each, and exits 1 if an entry was changed, removed, moved or slipped in. */
async function verifyAudit(): Promise<void> {
  const { databaseUrl, dataDir } = readConfig(process.env)
  const address = databaseUrl === undefined ? await joinEmbeddedPostgres(dataDir) : addressOf(databaseUrl)
  const pool = connectPool(address, 1)
  try {
    for (const { organisationId, entries, lastHash, firstBad } of await verifyChains({
      transact: transactOn(pool),
    })()) {
      const name = organisationId === '' ? 'operators' : organisationId
      if (firstBad === undefined) {
        console.log(`${name}: ${entries} good, the last one ${Buffer.from(lastHash).toString('hex')}`)
      } else {
        console.error(`${name}: entry ${firstBad} is the first that is not as it was written`)
        process.exitCode = 1
      }
    }
  } finally {
    await pool.end({ timeout: 5 })
  }
}

await verifyAudit()
