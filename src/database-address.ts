import { userInfo } from 'node:os'

/** Where a PostgreSQL listens; the host of an embedded one is the folder of its Unix socket. */
export interface DatabaseAddress {
  host: string
  port: number
  user: string
  password?: string
  database: string
  ssl?: { rejectUnauthorized: boolean }
}

const SSL_MODES = new Set(['disable', 'require', 'verify-ca', 'verify-full'])

/**
 * The parts of a PostgreSQL URL. `?host=/folder` names a Unix socket's folder, as libpq has it.
 *
 * @throws {Error} if it is no URL
 */
export function addressOf(databaseUrl: string): DatabaseAddress {
  if (!URL.canParse(databaseUrl)) throw new Error('Settings: DATABASE_URL is not a URL')
  const url = new URL(databaseUrl)
  const user = decodeURIComponent(url.username) || userInfo().username
  const password = decodeURIComponent(url.password)
  const sslMode = url.searchParams.get('sslmode') ?? 'disable'
  if (!SSL_MODES.has(sslMode)) {
    throw new Error(
      'Settings: DATABASE_URL has an sslmode other than disable, require, verify-ca or verify-full',
    )
  }
  return {
    host: url.searchParams.get('host') ?? (url.hostname || 'localhost'),
    port: url.port === '' ? 5432 : Number(url.port),
    user,
    ...(password !== '' && { password }),
    database: decodeURIComponent(url.pathname.slice(1)) || user,
    // As libpq has it: require encrypts, verify-* also checks with whom.
    ...(sslMode !== 'disable' && { ssl: { rejectUnauthorized: sslMode !== 'require' } }),
  }
}
