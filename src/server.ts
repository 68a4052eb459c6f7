import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { startWorkers } from '../workers/index.ts'
import { buildApp } from './app.ts'
import { compose } from './compose.ts'
import { readConfig, type Config } from './config.ts'
import { makeLogger } from './process/logger.ts'
import { runUntilStopped } from './process/run-until-stopped.ts'

export interface RunningServer {
  /** Where it listens, for example http://127.0.0.1:3000 */
  url: string
  app: FastifyInstance
  /** Finishes what was accepted, then lets go of everything it started. */
  stop: () => Promise<void>
}

/** The API and, unless the settings part them, the workers, in this process. */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const composition = await compose(config, 'api', logger)
  const opened = [composition.close]
  const stop = async (): Promise<void> => {
    for (const closeOne of opened.splice(0).reverse()) await closeOne()
  }
  try {
    if (config.workers) opened.push(startWorkers(composition).stop)
    const app = await buildApp({ ...composition, limits: config })
    opened.push(() => drain(app))
    const url = await listen(app, config)
    return { url, app, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** So long a client may take with what it has begun to send; longer, and nothing else would be stopped in order. */
const LONGEST_DRAIN_MILLISECONDS = 6_000

async function drain(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => {
    app.server.closeAllConnections()
  }, LONGEST_DRAIN_MILLISECONDS)
  await app.close().finally(() => {
    clearTimeout(cut)
  })
}

async function listen(app: FastifyInstance, { port, host }: Config): Promise<string> {
  try {
    return await app.listen({ port, host })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new Error(`PORT ${port} on ${host} is taken by another process; 0 finds a free one`, {
      cause: error,
    })
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  await runUntilStopped(async () => {
    const config = readConfig(process.env)
    const logger = makeLogger(config.logLevel)
    const { url, stop } = await startServer(config, logger)
    logger.info({ url, workers: config.workers ? 'on' : 'off' }, 'waymark is up')
    return stop
  })
}
