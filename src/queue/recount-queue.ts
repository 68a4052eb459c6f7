import { createPostgresBackend, Queue, withBackend, Worker, type PgPool } from 'bullmq'
import pg from 'pg'
import type { DatabaseAddress } from '../database-address.ts'
import { RECOUNT, type RecountJob } from '../jobs.ts'

/** Where the queue is kept: on Redis, or on the same Postgres as everything else. */
export type QueuePlace = { redisUrl: string; installation: string } | { database: DatabaseAddress }

/** The doorbell between whoever writes and whoever counts. What is to be counted stands in Postgres, not here. */
export interface RecountQueue {
  /**
   * @returns which jobs do it: where one for the same month waits already, or is under way, that one
   * @throws {Error} at once if the queue cannot be reached; never call it inside a request
   */
  add: (jobs: readonly RecountJob[]) => Promise<string[]>
  /** Counts what the queue names, one contract-month a job, until it is closed. */
  work: (
    count: (job: NamedJob) => Promise<void>,
    onError: (error: Error, job?: NamedJob) => void,
  ) => { close: () => Promise<void> }
  /**
   * How many jobs there are, by what they do: `waiting`, `active` or `failed`.
   *
   * @throws {Error} if the queue cannot be reached
   */
  depth: () => Promise<Record<string, number>>
  close: () => Promise<void>
}

/** A job as a log names it. */
export interface NamedJob {
  id: string
  data: RecountJob
}

/** What BullMQ hands over; jobs from before an upgrade name no requests. */
interface RawJob {
  id?: string | undefined
  data: Omit<RecountJob, 'requests'> & Partial<RecountJob>
}

const named = ({ id, data }: RawJob): NamedJob => ({
  id: id ?? '',
  data: { ...data, requests: data.requests ?? [] },
})

/**
 * A killed worker's job is taken over within some ten seconds, and again whenever that happens. A job that only seemed dead
 * is then done twice, which is harmless: a lock lets one count at a time, and the second finds no marks.
 */
const workerOptions = {
  concurrency: 4,
  lockDuration: 5_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  /** How soon it asks again after the queue could not be reached. */
  runRetryDelay: 1_000,
}

/** How the two backends differ is said here and nowhere else. */
function backendAt(place: QueuePlace) {
  if ('redisUrl' in place) {
    const { redisUrl: url } = place
    // Each installation's own keys on a shared Redis; the braces keep them in one slot of a Redis Cluster.
    const prefix = `{waymark-${place.installation}}`
    return {
      // With Redis away, adding fails at once instead of waiting for ever.
      makeQueue: () =>
        new Queue<RecountJob>(RECOUNT, { prefix, connection: { url, enableOfflineQueue: false } }),
      makeWorker: (process: (job: RawJob) => Promise<void>) =>
        new Worker<RecountJob>(RECOUNT, process, {
          prefix,
          connection: { url, maxRetriesPerRequest: null },
          ...workerOptions,
        }),
      end: () => Promise.resolve(),
    }
  }
  const backend = withBackend(createPostgresBackend)
  const connection = poolFor(place.database)
  return {
    makeQueue: () => new backend.Queue<RecountJob>(RECOUNT, { connection }),
    makeWorker: (process: (job: RawJob) => Promise<void>) =>
      new backend.Worker<RecountJob>(RECOUNT, process, { connection, ...workerOptions }),
    end: () => connection.end(),
  }
}

/** A pool whose clients do not end the process when PostgreSQL goes away while they are in use. */
function poolFor(database: DatabaseAddress): PgPool {
  const pool = new pg.Pool({ ...database, max: 6, options: '-c search_path=bullmq', keepAlive: true })
  pool.on('connect', (client) => {
    // Whoever uses it learns of the loss by the failure of its query.
    client.on('error', () => undefined)
  })
  // The types of the two packages differ in what `on` takes; BullMQ says that it takes any pool.
  return pool as unknown as PgPool
}

/** Makes the queue's tables, and brings them up to date, as the login that owns them. */
async function migrateQueue(database: DatabaseAddress): Promise<void> {
  const { Queue: PostgresQueue } = withBackend(createPostgresBackend)
  const queue = new PostgresQueue(RECOUNT, { connection: { ...database, max: 1, migrate: true } })
  try {
    await queue.waitUntilReady()
  } finally {
    await queue.close()
  }
}

/** Connects to the queue, having made its tables where it lives on Postgres. */
export async function openQueue(place: QueuePlace, onError: (error: Error) => void): Promise<RecountQueue> {
  if ('database' in place) await migrateQueue(place.database)
  const { makeQueue, makeWorker, end } = backendAt(place)
  const queue = makeQueue()
  queue.on('error', onError)
  return {
    async add(jobs) {
      const added = await queue.addBulk(
        jobs.map(({ contractId, month, requests }) => ({
          name: 'count',
          data: { contractId, month, requests },
          opts: {
            // One waiting job a contract-month, and one more if it changes while that is under way. A fixed job id would
            // lose the second; and even if this loses one, the sweep rings again for the mark that stays in Postgres.
            deduplication: { id: `${contractId} ${month}`, keepLastIfActive: true },
            removeOnComplete: true,
            // Tried again by the sweep: Postgres knows when.
            removeOnFail: { count: 1000 },
          },
        })),
      )
      return [...new Set(added.flatMap(({ id }) => id ?? []))]
    },
    work(count, onJobError) {
      const worker = makeWorker((job) => count(named(job)))
      worker.on('error', (error) => {
        onJobError(error)
      })
      worker.on('failed', (job, error) => {
        onJobError(error, job && named(job))
      })
      return { close: () => worker.close() }
    },
    depth: () => queue.getJobCounts('waiting', 'active', 'failed'),
    async close() {
      await queue.close()
      await end()
    },
  }
}
