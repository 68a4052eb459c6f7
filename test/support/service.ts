import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import type { Config } from '../../src/config.ts'
import { readConfig } from '../../src/config.ts'
import { makeLogger } from '../../src/process/logger.ts'
import { startServer, type RunningServer } from '../../src/server.ts'
import { makeDatabase, type TestDatabase } from './database.ts'

export const OPERATOR_KEY = 'operator-key-of-the-tests'

export interface Sent {
  key?: string
  body?: unknown
  headers?: Record<string, string>
}

/** A reply with its body read as JSON, where it has one. */
export interface Reply {
  status: number
  headers: LightMyRequestResponse['headers']
  text: string
  body: any
}

export interface TestService {
  server: RunningServer
  database: TestDatabase
  /** Sends a request to the app without a socket. */
  send: (method: string, path: string, sent?: Sent) => Promise<Reply>
  /** As the operator; throws unless it is a 2xx. */
  operate: (method: string, path: string, body?: unknown) => Promise<Reply>
  /** Makes an organisation and a key to it. */
  join: (organisation: string, kind: 'provider' | 'commissioner') => Promise<string>
  stop: () => Promise<void>
}

/** The whole service with its workers, on a database of its own. */
export async function startService(settings: Partial<Config> = {}): Promise<TestService> {
  const database = await makeDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'waymark-service-'))
  const config: Config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent', REDIS_URL: process.env.REDIS_URL }),
    databaseUrl: database.url,
    dataDir,
    operatorKey: OPERATOR_KEY,
    ...settings,
  }
  const remove = async (): Promise<void> => {
    await database.drop()
    await rm(dataDir, { recursive: true, force: true })
  }
  const server = await startServer(config, makeLogger(config.logLevel)).catch(async (error: unknown) => {
    await remove()
    throw error
  })

  const send = async (
    method: string,
    path: string,
    { key, body, headers = {} }: Sent = {},
  ): Promise<Reply> => {
    const reply = await server.app.inject({
      method: method as 'GET',
      url: path,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    })
    const isJson = String(reply.headers['content-type']).includes('json')
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      body: isJson ? reply.json() : undefined,
    }
  }

  const operate = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const reply = await send(method, path, { key: OPERATOR_KEY, body })
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`)
    return reply
  }

  return {
    server,
    database,
    send,
    operate,
    async join(organisation, kind) {
      await operate('PUT', `/v1/organisations/${organisation}`, { name: organisation, kind })
      const { body } = await operate('POST', `/v1/organisations/${organisation}/keys`, { label: 'test' })
      return String(body.key)
    },
    async stop() {
      await server.stop()
      await remove()
    },
  }
}
