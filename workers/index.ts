import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { compose, type Composition } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { logHeads } from '../src/process/logged-heads.ts'
import { makeLogger } from '../src/process/logger.ts'
import { runUntilStopped } from '../src/process/run-until-stopped.ts'
import { makeHandlers } from './handlers.ts'
import {
  DELIVERIES_MILLISECONDS,
  DUE_RETURNS_MILLISECONDS,
  RELEASE_MILLISECONDS,
  repeat,
  SWEEP_MILLISECONDS,
} from './schedule.ts'

type WorkerParts = Pick<Composition, 'needs' | 'queue' | 'metrics' | 'logger'>

/** Counts what the queue names, sweeps up what no bell was rung for, makes the returns that fell due, and tells webhooks. */
export function startWorkers({ needs, queue, metrics, logger }: WorkerParts): { stop: () => Promise<void> } {
  const stopping = new AbortController()
  const handlers = makeHandlers(needs, metrics, stopping.signal, (heads) => {
    logHeads(logger, heads)
  })
  const onError = (error: unknown): void => {
    logger.warn({ err: error }, 'worker')
  }
  const worker = queue.work(
    async ({ id, data }) => {
      const { requests } = data
      const started = performance.now()
      await handlers.recount(data)
      if (requests.length > 0) {
        logger.info({ job: id, requests, milliseconds: Math.round(performance.now() - started) }, 'counted')
      }
    },
    (error, job) => {
      const { contractId: contract, month, requests } = job?.data ?? {}
      logger.warn({ err: error, job: job?.id, contract, month, requests }, 'worker')
    },
  )
  const sweep = repeat(handlers.sweep, SWEEP_MILLISECONDS, onError)
  const dueReturns = repeat(handlers.makeDueReturns, DUE_RETURNS_MILLISECONDS, onError)
  const releases = repeat(handlers.releaseAgain, RELEASE_MILLISECONDS, onError)
  const deliveries = repeat(handlers.sendDeliveries, DELIVERIES_MILLISECONDS, onError)
  return {
    async stop() {
      stopping.abort()
      await Promise.all([sweep, dueReturns, releases, deliveries].map((one) => one.stop()))
      await worker.close()
    },
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  await runUntilStopped(async () => {
    const config = readConfig(process.env)
    const logger = makeLogger(config.logLevel)
    const composition = await compose(config, 'workers', logger)
    const workers = startWorkers(composition)
    logger.info('waymark workers are up')
    return async () => {
      await workers.stop()
      await composition.close()
    }
  })
}
