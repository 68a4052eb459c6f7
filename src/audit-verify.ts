import { readConfig } from './config.ts'
import { addressOf } from './database-address.ts'
import { joinEmbeddedPostgres } from './embedded-postgres.ts'
import { readLoggedHeads } from './process/logged-heads.ts'
import { verifyChains } from './services/audit/verify-chains.ts'
import { connectPool, transactOn } from './store/database.ts'

/**
 * Walks every chain of the audit log; prints each, and exits 1 if an entry was changed, removed, moved or slipped in. Named a
 * log, or several, it looks for every head that these tell of, and so finds a chain that was cut or made anew, too.
 */
async function verifyAudit(logs: readonly string[]): Promise<void> {
  const kept = (await Promise.all(logs.map(readLoggedHeads))).flat()
  const { databaseUrl, dataDir } = readConfig(process.env)
  const address = databaseUrl === undefined ? await joinEmbeddedPostgres(dataDir) : addressOf(databaseUrl)
  const pool = connectPool(address, 1)
  try {
    const chains = await verifyChains({ transact: transactOn(pool) })(kept)
    for (const { organisationId, entries, lastHash, firstBad } of chains) {
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

await verifyAudit(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
