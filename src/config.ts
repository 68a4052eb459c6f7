import { z } from 'zod'

/** Settings of one process, read from the environment once, at start. */
export interface Config {
  port: number
  host: string
  /** Undefined: the embedded database under `dataDir`. */
  databaseUrl: string | undefined
  /** Undefined: the queue is kept in the same Postgres. */
  redisUrl: string | undefined
  dataDir: string
  operatorKey: string | undefined
  /** A further folder laid out as `surveys/`. */
  surveysDir: string | undefined
  returnGraceDays: number
  /** Whether `npm start` counts too, or leaves that to `npm run workers`. */
  workers: boolean
  logLevel: string
  /** Connections of this process's pool. */
  poolSize: number
  /** Of one key; more are a 429. */
  requestsPerSecond: number
  /** Of all; more are a 503. */
  requestsUnderWay: number
  /** Open ones at a time, of this process; more are closed as they come. */
  connections: number
  /** Webhooks may be sent to this machine, over http, too. */
  isDevelopment: boolean
}

const url = (schemes: string[]) =>
  z.string().refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)), {
    error: `must start with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  })

const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, { error: 'must be a whole number' })
    .transform(Number)
    .refine((value) => value >= low && value <= high, { error: `must be ${low} to ${high}` })

const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(['postgres', 'postgresql']).optional(),
  REDIS_URL: url(['redis', 'rediss']).optional(),
  WAYMARK_DATA_DIR: z.string().default('.waymark'),
  WAYMARK_OPERATOR_KEY: z.string().regex(/^\S+$/, { error: 'must be without white space' }).optional(),
  WAYMARK_SURVEYS_DIR: z.string().optional(),
  WAYMARK_RETURN_GRACE_DAYS: wholeNumber(0, 366).default(10),
  WAYMARK_WORKERS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
  WAYMARK_POOL_SIZE: wholeNumber(2, 500).default(10),
  WAYMARK_REQUESTS_PER_SECOND: wholeNumber(1, 1_000_000).default(10_000),
  WAYMARK_REQUESTS_UNDER_WAY: wholeNumber(1, 100_000).default(1_000),
  WAYMARK_CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
})

/**
 * An empty variable counts as not set.
 *
 * @throws {Error} naming each variable that breaks its rule, never its value
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new Error(`Settings: ${faults.join('; ')}`)
  }
  const settings = parsed.data
  return {
    port: settings.PORT,
    host: settings.HOST,
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL,
    dataDir: settings.WAYMARK_DATA_DIR,
    operatorKey: settings.WAYMARK_OPERATOR_KEY,
    surveysDir: settings.WAYMARK_SURVEYS_DIR,
    returnGraceDays: settings.WAYMARK_RETURN_GRACE_DAYS,
    workers: settings.WAYMARK_WORKERS === 'on',
    logLevel: settings.LOG_LEVEL,
    poolSize: settings.WAYMARK_POOL_SIZE,
    requestsPerSecond: settings.WAYMARK_REQUESTS_PER_SECOND,
    requestsUnderWay: settings.WAYMARK_REQUESTS_UNDER_WAY,
    connections: settings.WAYMARK_CONNECTIONS,
    isDevelopment: settings.NODE_ENV !== 'production',
  }
}
