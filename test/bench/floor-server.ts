import fastify from 'fastify'
import postgres from 'postgres'
import { addressOf } from '../../src/database-address.ts'

/** The floor: a bare route with one INSERT of the same body, without key, check or score. */
const sql = postgres({ ...addressOf(process.env.DATABASE_URL ?? ''), max: 10, onnotice: () => undefined })
await sql`create table if not exists floor (id bigint generated always as identity primary key, ref text, body jsonb)`

const app = fastify()
app.put<{ Params: { ref: string } }>('/:ref', async (request, reply) => {
  await sql`insert into floor (ref, body) values (${request.params.ref}, ${sql.json(request.body as never)})`
  return reply.code(201).send({ ref: request.params.ref })
})
app.get<{ Params: { id: string } }>('/row/:id', async (request) => {
  const [row] = await sql`select ref, body from floor where id = ${request.params.id}`
  return row
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
process.stdout.write(`${JSON.stringify({ url })}\n`)
process.on('SIGTERM', () => {
  void app
    .close()
    .then(() => sql.end())
    .then(() => process.exit(0))
})
