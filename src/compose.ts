import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { loadDefinitions, surveysFolder } from './definitions.ts'
import { addressOf, type DatabaseAddress } from './database-address.ts'
import type { RecountJob } from './jobs.ts'
import { londonDateOf } from './domain/period.ts'
import { makeDoorbell } from './queue/doorbell.ts'
import { joinEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { makeOutbound } from './outbound/outbound.ts'
import { makeMetrics } from './process/metrics.ts'
import { rest } from './process/rest.ts'
import { refuseEvictingRedis } from './queue/refuse-evicting-redis.ts'
import { openQueue, type RecountQueue } from './queue/recount-queue.ts'
import type { Clock, Needs } from './services/needs.ts'
import { authenticate } from './services/organisations/authenticate.ts'
import { makeFirstOperatorKey } from './services/organisations/make-first-operator-key.ts'
import { markAllOutdatedCounts } from './services/counting/mark-outdated-counts.ts'
import { readBacklog } from './services/counting/read-backlog.ts'
import { refuseOpenGuards } from './services/refuse-open-guards.ts'
import { recordDefinitions } from './services/record-definitions.ts'
import { makeServices, type Services } from './services/services.ts'
import { connectOwner, connectPool, isPassing, transactOn, type Database } from './store/database.ts'
import { readInstallation } from './store/owner/installation.ts'
import { migrate } from './store/owner/migrate.ts'

/** Everything that one process is made of, put together and connected. */
export interface Composition {
  needs: Needs
  services: Services
  authenticate: ReturnType<typeof authenticate>
  isPassing: (error: unknown) => boolean
  metrics: ReturnType<typeof makeMetrics>
  queue: RecountQueue
  logger: Logger
  /** Lets go of all of it, in order. Whoever listens or counts has stopped before. */
  close: () => Promise<void>
}

const MILLISECONDS_PER_HOUR = 3_600_000

/** The calendar in London changes on a whole hour of UTC, so that it is looked at once an hour. */
function systemClock(): Clock {
  let known = { hour: -1, today: '' }
  return {
    now: () => new Date(),
    today: () => {
      const now = new Date()
      const hour = Math.floor(now.getTime() / MILLISECONDS_PER_HOUR)
      if (hour !== known.hour) known = { hour, today: londonDateOf(now) }
      return known.today
    },
  }
}

/** The given server, or the embedded one: started here, or joined where another process of ours runs it. */
async function findDatabase(
  config: Config,
  role: 'api' | 'workers',
  logger: Logger,
): Promise<EmbeddedPostgres> {
  if (config.databaseUrl !== undefined) {
    return { address: addressOf(config.databaseUrl), stop: () => Promise.resolve() }
  }
  if (role === 'workers') {
    return { address: await joinEmbeddedPostgres(config.dataDir), stop: () => Promise.resolve() }
  }
  return startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (line) => {
      logger.info({ postgres: line })
    },
  })
}

/**
 * Checks the definitions, finds or starts the database, brings it up to date and connects everything.
 *
 * @throws {Error} with one line that says why the service cannot start; nothing is left running then
 */
export async function compose(config: Config, role: 'api' | 'workers', logger: Logger): Promise<Composition> {
  const folders = config.surveysDir === undefined ? [surveysFolder] : [surveysFolder, config.surveysDir]
  const definitions = loadDefinitions(folders)
  const database = await findDatabase(config, role, logger)
  const opened: (() => Promise<void>)[] = [database.stop]
  const close = async (): Promise<void> => {
    for (const closeOne of opened.splice(0).reverse()) await closeOne()
  }
  try {
    await migrate(database.address)
    const installation = await asOwner(database.address, async (owner) => {
      await refuseOpenGuards(owner)
      await recordDefinitions(owner, definitions)
      return readInstallation(owner)
    })
    const pool = connectPool(database.address, config.poolSize)
    opened.push(() => pool.end({ timeout: 5 }))
    const warn = (error: unknown): void => {
      logger.warn({ err: error }, 'queue')
    }
    if (config.redisUrl !== undefined) await refuseEvictingRedis(config.redisUrl, warn)
    const queue = await openQueue(
      config.redisUrl === undefined
        ? { database: database.address }
        : { redisUrl: config.redisUrl, installation: installation.installationId },
      warn,
    )
    opened.push(() => queue.close())
    const bell = makeDoorbell(ringFor(queue, logger), warn)
    opened.push(() => bell.close())
    const transact = transactOn(pool)
    const metrics = makeMetrics({ backlog: readBacklog({ transact }), jobs: () => queue.depth() })
    const needs: Needs = {
      transact,
      meter: metrics,
      definitions,
      clock: systemClock(),
      ring: (months, requests) => {
        bell.ring(months, requests)
      },
      pause: rest,
      secret: installation.secret,
      returnGraceDays: config.returnGraceDays,
      outbound: makeOutbound({ toLoopback: config.isDevelopment }),
    }
    if (role === 'api') await settleOperatorKey(config, needs, logger)
    await markAllOutdatedCounts(needs)()
    return {
      needs,
      services: makeServices(needs),
      authenticate: authenticate(needs, config.operatorKey),
      isPassing,
      metrics,
      queue,
      logger,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Gives the queue its jobs, and logs whose requests they are for. A request has no job of its own: several share one, and one
 * that waits already takes in what comes later and keeps the requests that it was made with. So the jobs name requests, which
 * the worker logs, and this line names the jobs that took each request in.
 */
const ringFor =
  (queue: RecountQueue, logger: Logger) =>
  async (jobs: readonly RecountJob[]): Promise<void> => {
    const ids = await queue.add(jobs)
    const requests = [...new Set(jobs.flatMap((job) => job.requests))]
    if (requests.length > 0) logger.info({ requests, jobs: ids }, 'rang')
  }

async function asOwner<T>(address: DatabaseAddress, work: (owner: Database) => Promise<T>): Promise<T> {
  const owner = connectOwner(address)
  try {
    return await work(owner)
  } finally {
    await owner.end()
  }
}

/** A shorter one can be guessed, which is for the operator to know. */
const SAFE_KEY_LENGTH = 20

/** The given key, or one that is made and goes to a file that only its owner reads; neither to a log. */
async function settleOperatorKey(
  { dataDir, operatorKey }: Config,
  needs: Needs,
  logger: Logger,
): Promise<void> {
  if (operatorKey !== undefined) {
    if (operatorKey.length < SAFE_KEY_LENGTH)
      logger.warn(
        `WAYMARK_OPERATOR_KEY has fewer than ${SAFE_KEY_LENGTH} characters, so that it can be guessed`,
      )
    return
  }
  const key = await makeFirstOperatorKey(needs)()
  if (key === undefined) return
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, 'operator.key'), `${key}\n`, { mode: 0o600 })
}
