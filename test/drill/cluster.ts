import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import postgres from 'postgres'
import type { DatabaseAddress } from '../../src/database-address.ts'
import { prepareBinaries } from '../../src/embedded-postgres/binaries.ts'
import { makeCluster, PLAIN_ENVIRONMENT, SUPERUSER } from '../../src/embedded-postgres/cluster.ts'
import { createDatabase } from '../../src/embedded-postgres/connect.ts'
import { choosePlace, type Place } from '../../src/embedded-postgres/place.ts'

const DATABASE = 'waymark'
const PORT = 5432

/** A PostgreSQL of a drill's own, with fsync on, that is stopped and started as an operator would. */
export class Cluster {
  readonly address: DatabaseAddress
  readonly url: string
  readonly #place: Place
  readonly #native: string
  readonly #sockets: string
  #isUp = false

  private constructor(place: Place, native: string, sockets: string) {
    this.#place = place
    this.#native = native
    this.#sockets = sockets
    this.address = { host: sockets, port: PORT, user: SUPERUSER, database: DATABASE }
    this.url = `postgres://${SUPERUSER}@localhost:${PORT}/${DATABASE}?host=${encodeURIComponent(sockets)}`
  }

  /** @param folder empty, and open to the user that the server runs as */
  static async make(folder: string): Promise<Cluster> {
    const place = choosePlace(folder)
    const native = await prepareBinaries(place)
    await makeCluster(place, native)
    const sockets = join(place.home, 's')
    mkdirSync(sockets)
    chmodSync(sockets, 0o700)
    if (place.user !== undefined) chownSync(sockets, place.user.uid, place.user.gid)
    const cluster = new Cluster(place, native, sockets)
    await cluster.start()
    await createDatabase({ ...cluster.address, database: 'postgres' }, DATABASE)
    return cluster
  }

  async start(): Promise<void> {
    const settings = [
      `-c unix_socket_directories=${this.#sockets} -c listen_addresses= -c port=${PORT}`,
      '-c fsync=on -c max_connections=200 -c log_min_messages=fatal -c restart_after_crash=on',
    ]
    await this.#control('start', '-w', '-t', '60', '-l', join(this.#sockets, 'log'), '-o', settings.join(' '))
    this.#isUp = true
  }

  /** As if its machine lost its power, but for the disk's own cache. */
  async stopImmediately(): Promise<void> {
    this.#isUp = false
    await this.#control('stop', '-m', 'immediate')
  }

  /** As if nothing had ever been stored: its database is made again. */
  async empty(): Promise<void> {
    const server = { ...this.address, database: 'postgres' }
    const sql = postgres({ ...server, max: 1, onnotice: () => undefined })
    try {
      await sql`drop database ${sql(DATABASE)} with (force)`
    } finally {
      await sql.end()
    }
    await createDatabase(server, DATABASE)
  }

  /** One connection of its owner, whom nothing is hidden from. */
  connect(): postgres.Sql {
    return postgres({ ...this.address, max: 1, onnotice: () => undefined })
  }

  async asOwner<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const sql = this.connect()
    try {
      return await work(sql)
    } finally {
      await sql.end()
    }
  }

  /** Without waiting for anything, so that it can be done at the exit of the process. */
  destroy(): void {
    if (!this.#isUp) return
    this.#isUp = false
    spawnSync(join(this.#native, 'bin/pg_ctl'), ['-D', this.#place.cluster, '-m', 'immediate', 'stop'], {
      ...this.#spawning(),
      stdio: 'ignore',
    })
  }

  async #control(command: string, ...settings: string[]): Promise<void> {
    const child = spawn(
      join(this.#native, 'bin/pg_ctl'),
      ['-D', this.#place.cluster, ...settings, command],
      // A started server keeps what it is given for ever; so it is given no pipe but the one for complaints.
      { ...this.#spawning(), stdio: ['ignore', 'ignore', command === 'start' ? 'ignore' : 'pipe'] },
    )
    const complaint = child.stderr === null ? Promise.resolve('see its log') : text(child.stderr)
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`pg_ctl ${command} ended with ${code}: ${await complaint}`)
  }

  #spawning() {
    return { ...this.#place.user, cwd: '/', env: PLAIN_ENVIRONMENT }
  }
}
