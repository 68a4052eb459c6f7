import { Redis } from 'ioredis'

const LONGEST_WAIT_MILLISECONDS = 2_000

/**
 * A Redis that evicts keys when it is full drops jobs, locks and all. One that cannot be reached is no reason not to start:
 * what is to be counted stands in Postgres.
 *
 * @throws {Error} with one line that says how it is put right
 */
export async function refuseEvictingRedis(url: string, onAway: (error: unknown) => void): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LONGEST_WAIT_MILLISECONDS,
    commandTimeout: LONGEST_WAIT_MILLISECONDS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // Whoever waits for the command below learns of the same error.
  redis.on('error', () => undefined)
  let memory: string
  try {
    await redis.connect()
    memory = await redis.info('memory')
  } catch (error) {
    onAway(error)
    return
  } finally {
    redis.disconnect()
  }
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1]
  if (policy !== undefined && policy !== 'noeviction') {
    throw new Error(`Redis evicts keys when it is full (${policy}): set maxmemory-policy noeviction.`)
  }
}
