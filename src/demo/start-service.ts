import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig, type Config } from '../config.ts'
import { removeDataFolder } from '../embedded-postgres.ts'
import { makeLogger } from '../process/logger.ts'
import { startServer, type RunningServer } from '../server.ts'
import type { Service } from './demonstration.ts'

/**
 * The whole service as `npm start` runs it, with an operator's key and, unless the environment names another place, a data
 * folder that are this run's alone: two demos may run side by side.
 */
export async function startService(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Service & { stop: () => Promise<void> }> {
  const isSet = (name: string): boolean => (env[name] ?? '') !== ''
  const settings = readConfig({ ...env, LOG_LEVEL: isSet('LOG_LEVEL') ? env.LOG_LEVEL : 'warn' })
  const operatorKey = randomBytes(32).toString('base64url')
  const ownFolder =
    isSet('WAYMARK_DATA_DIR') || isSet('DATABASE_URL')
      ? undefined
      : await mkdtemp(join(tmpdir(), 'waymark-demo-'))
  const removeFolder = (): void => {
    if (ownFolder !== undefined) removeDataFolder(ownFolder)
  }
  try {
    const { url, stop } = await listen(
      { ...settings, operatorKey, workers: true, dataDir: ownFolder ?? settings.dataDir },
      isSet('PORT'),
    )
    return {
      url,
      operatorKey,
      async stop() {
        await stop()
        removeFolder()
      },
    }
  } catch (error) {
    removeFolder()
    throw error
  }
}

/** On the port of the settings; where nobody asked for that one and it is taken, on any free port. */
async function listen(config: Config, isPortWanted: boolean): Promise<RunningServer> {
  const logger = makeLogger(config.logLevel)
  try {
    return await startServer(config, logger)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (!isTaken || isPortWanted) throw error
    return startServer({ ...config, port: 0 }, logger)
  }
}
