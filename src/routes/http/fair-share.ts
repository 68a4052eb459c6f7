import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Mostly waits for its sender, and would keep others of its organisation from their turns. */
    isLong?: boolean
  }
}

/** So many requests of one organisation are worked on at a time, as long as another organisation wants something, too. */
const SHARE = 16
/** So long after its last request an organisation is taken to want something. */
const PRESENT_MILLISECONDS = 1_000

interface Desk {
  underWay: number
  waiting: (() => void)[]
}

/**
 * Lets no organisation's flood stand before another one's requests: beyond its share, its own wait in a line of their own. Alone,
 * an organisation may use all there is. What waits itself (for counts, or for the lines of a bulk) takes no turn.
 */
export function shareFairly(app: FastifyInstance): void {
  const desks = new Map<string, Desk>()
  // The organisation that came last, and when the last one came that is another.
  const last = { organisation: '', at: -Infinity }
  let otherAt = -Infinity

  const isCrowded = (organisation: string): boolean =>
    (last.organisation === organisation ? otherAt : last.at) > performance.now() - PRESENT_MILLISECONDS
  const isFree = (organisation: string, { underWay }: Desk): boolean =>
    underWay < SHARE || !isCrowded(organisation)

  const leave = (organisation: string, desk: Desk): void => {
    desk.underWay--
    while (desk.waiting.length > 0 && isFree(organisation, desk)) desk.waiting.shift()?.()
    if (desk.underWay === 0) desks.delete(organisation)
  }

  app.addHook('preHandler', (request, { raw }, done) => {
    const { caller } = request
    if (caller === null || caller.kind === 'operator' || takesNoTurn(request)) {
      done()
      return
    }
    const { organisation } = caller
    if (last.organisation !== organisation) otherAt = last.at
    Object.assign(last, { organisation, at: performance.now() })
    const desk = desks.get(organisation) ?? { underWay: 0, waiting: [] }
    desks.set(organisation, desk)

    let isStarted = false
    let isGone = false
    // It comes whatever becomes of the connection.
    raw.once('close', () => {
      isGone = true
      if (isStarted) leave(organisation, desk)
    })
    const start = (): void => {
      if (isGone) return
      isStarted = true
      desk.underWay++
      done()
    }
    if (isFree(organisation, desk)) start()
    else desk.waiting.push(start)
  })
}

const takesNoTurn = ({ method, headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.isLong === true || (method === 'GET' && headers.prefer !== undefined)
