import { setTimeout as pause } from 'node:timers/promises'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { shareFairly } from '../../src/routes/http/fair-share.ts'

const SHARE = 16

/** A service over HTTP whose work is held until it is let go; who sends it stands in a header. */
async function heldService(t: Test) {
  const app = fastify()
  t.teardown(() => app.close())
  const held: { organisation: string; letGo: () => void }[] = []
  app.decorateRequest('caller', null)
  app.addHook('onRequest', (request, _reply, done) => {
    const organisation = String(request.headers.organisation)
    request.caller = { kind: 'provider', organisation, keyId: 'k', scopes: ['read', 'write'] }
    done()
  })
  shareFairly(app)
  const hold = (organisation: unknown) =>
    new Promise<string>((resolve) => {
      held.push({
        organisation: String(organisation),
        letGo: () => {
          resolve('done')
        },
      })
    })
  app.get('/', ({ headers }) => hold(headers.organisation))
  app.put('/', ({ headers }) => hold(headers.organisation))
  app.get('/long', { config: { isLong: true } }, ({ headers }) => hold(headers.organisation))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = (organisation: string, { method = 'GET', path = '/', headers = {}, signal }: Asking = {}) =>
    fetch(url + path, { method, headers: { organisation, ...headers }, ...(signal && { signal }) }).then(
      ({ status }) => status,
    )
  const underWay = (organisation: string): number =>
    held.filter((one) => one.organisation === organisation).length
  const letGo = async (organisation: string, many: number): Promise<void> => {
    for (let n = 0; n < many; n++) {
      const at = held.findIndex((one) => one.organisation === organisation)
      for (const one of held.splice(at, 1)) one.letGo()
    }
    await settled()
  }
  return { ask, underWay, letGo }
}

interface Asking {
  method?: string
  path?: string
  headers?: Record<string, string>
  signal?: AbortSignal
}

const settled = () => pause(200)

t.test('alone, an organisation may use all there is', async (t) => {
  const { ask, underWay, letGo } = await heldService(t)
  const all = Array.from({ length: 40 }, () => ask('flood'))
  await settled()
  t.equal(underWay('flood'), 40)
  await letGo('flood', 40)
  t.same(await Promise.all(all), Array<number>(40).fill(200))
})

t.test('beside another one, what is beyond its share waits in a line of its own', async (t) => {
  const { ask, underWay, letGo } = await heldService(t)
  const first = ask('quiet')
  await settled()
  const flood = Array.from({ length: 40 }, () => ask('flood'))
  await settled()
  t.equal(underWay('flood'), SHARE)
  const second = ask('quiet')
  await settled()
  t.equal(underWay('quiet'), 2, 'nobody of the flood stands before it')
  await letGo('flood', 3)
  t.equal(underWay('flood'), SHARE, 'three came after them')
  await letGo('quiet', 2)
  t.same(await Promise.all([first, second]), [200, 200])
  for (let left = 37; left > 0; left -= SHARE) await letGo('flood', Math.min(left, underWay('flood')))
  t.same(await Promise.all(flood), Array<number>(40).fill(200))
})

t.test('once the others are gone, all of it goes on', async (t) => {
  const { ask, underWay, letGo } = await heldService(t)
  const quiet = ask('quiet')
  await settled()
  await letGo('quiet', 1)
  await quiet
  const flood = Array.from({ length: 40 }, () => ask('flood'))
  await settled()
  t.equal(underWay('flood'), SHARE)
  await pause(1_000)
  await letGo('flood', 1)
  t.equal(underWay('flood'), 39)
  await letGo('flood', 39)
  t.same(await Promise.all(flood), Array<number>(40).fill(200))
})

t.test('one that is broken off gives up its turn, or its place in the line', async (t) => {
  const { ask, underWay, letGo } = await heldService(t)
  const quiet = ask('quiet')
  const breaking = new AbortController()
  await settled()
  const broken = Array.from({ length: SHARE + 4 }, () => ask('flood', { signal: breaking.signal }))
  await settled()
  const flood = Array.from({ length: 4 }, () => ask('flood'))
  await settled()
  t.equal(underWay('flood'), SHARE)
  breaking.abort()
  await Promise.allSettled(broken)
  await settled()
  t.equal(underWay('flood'), SHARE + 4, 'the four that were not broken off')
  await letGo('quiet', 1)
  await letGo('flood', SHARE + 4)
  t.same(await Promise.all([quiet, ...flood]), Array<number>(5).fill(200))
})

t.test('what waits itself takes no turn', async (t) => {
  const { ask, underWay, letGo } = await heldService(t)
  const quiet = ask('quiet')
  await settled()
  const waiting = Array.from({ length: 20 }, (_, n) =>
    n % 2 ? ask('flood', { path: '/long' }) : ask('flood', { headers: { prefer: 'wait=30' } }),
  )
  await settled()
  const short = Array.from({ length: 20 }, () =>
    // To write is to work, whatever is preferred.
    ask('flood', { method: 'PUT', headers: { prefer: 'wait=30' } }),
  )
  await settled()
  t.equal(underWay('flood'), 20 + SHARE)
  await letGo('quiet', 1)
  await letGo('flood', 20 + SHARE)
  await letGo('flood', 4)
  t.same(await Promise.all([quiet, ...waiting, ...short]), Array<number>(41).fill(200))
})
