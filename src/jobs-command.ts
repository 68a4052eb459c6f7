import { readConfig } from './config.ts'
import { addressOf } from './database-address.ts'
import { joinEmbeddedPostgres } from './embedded-postgres.ts'
import { connectPool, transactOn, type Transact } from './store/database.ts'

/** `npm run jobs -- list` prints the months that could not be counted; `-- retry` has them tried again at once. */
const commands: Record<string, (transact: Transact) => Promise<void>> = {
  async list(transact) {
    const failed = await transact({ role: 'worker' }, (store) => store.failedCounts.list())
    if (failed.length === 0) console.log('Every month can be counted.')
    for (const { contractId, month, failures, nextTryAt } of failed) {
      const when = month === 0 ? 'whole life' : String(month)
      console.log(`${contractId}  ${when}  failed ${failures} times, tried again at ${nextTryAt}`)
    }
  },
  async retry(transact) {
    const failed = await transact({ role: 'worker' }, (store) => store.failedCounts.list())
    for (const one of failed) {
      await transact({ role: 'worker', contract: one.contractId }, (store) => store.failedCounts.tryNow(one))
    }
    console.log(`${failed.length} months are tried again within seconds.`)
  },
}

async function runCommand(name: string | undefined): Promise<void> {
  const command = commands[name ?? 'list']
  if (command === undefined) {
    console.error('npm run jobs -- list | retry')
    process.exitCode = 2
    return
  }
  const { databaseUrl, dataDir } = readConfig(process.env)
  const address = databaseUrl === undefined ? await joinEmbeddedPostgres(dataDir) : addressOf(databaseUrl)
  const pool = connectPool(address, 1)
  try {
    await command(transactOn(pool))
  } finally {
    await pool.end({ timeout: 5 })
  }
}

await runCommand(process.argv[2])
