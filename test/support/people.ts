import type { Reply, TestService } from './service.ts'

export type Answers = Record<string, unknown>

export interface AssessmentOf {
  /** When; `2018-12-03` for a start, `2019-02-01` otherwise. */
  on?: string
  stage?: string
  ref?: string
  instrument?: string
  respondent?: string
  response?: string
}

/** One contract with its people, for tests that count. */
export interface People {
  contract: string
  providerKey: string
  commissionerKey: string
  /** Puts an assessment of victim-needs; throws unless it is taken. `answers` undefined: none are sent. */
  assess: (of: string, answers: Answers | undefined, how?: AssessmentOf) => Promise<Reply>
  /** Puts a case; throws unless it is taken. */
  putCase: (id: string, body: object) => Promise<Reply>
  /** People with a safety need of 2 at the start; the first `met` have none at the end, the others still have it. */
  resolved: (met: number, notMet: number, endOn?: string) => Promise<void>
  /** The figures once nothing is pending; throws unless it is a 200. */
  outcomes: (period: string, key?: string) => Promise<Reply>
}

/** The form of a contract that most tests start from; its organisations have to be there. */
export const contractOf = (provider: string, commissioner: string) => ({
  title: 'Victim First',
  provider,
  commissioners: [commissioner],
  startsOn: '2018-10-01',
  endsOn: '2021-09-30',
  instruments: ['victim-needs'],
  measures: ['personal-safety-resolved'] as unknown[],
})

/** A contract of its own for one test, between the organisations `prov` and `comm`; `changes` to its usual form. */
export async function makePeople(
  service: TestService,
  keys: { provider: string; commissioner: string },
  contract: string,
  changes: object = {},
): Promise<People> {
  await service.operate('PUT', `/v1/contracts/${contract}`, { ...contractOf('prov', 'comm'), ...changes })
  const root = `/v1/contracts/${contract}`
  let made = 0

  const taken = (reply: Reply): Reply => {
    if (reply.status !== 200 && reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`)
    return reply
  }
  const assess: People['assess'] = async (of, answers, how = {}) => {
    const { stage = 'start', ref = `r-${++made}`, instrument = 'victim-needs', on, ...rest } = how
    const assessedOn = on ?? (stage === 'start' ? '2018-12-03' : '2019-02-01')
    const body = { case: of, instrument, stage, assessedOn, ...rest, ...(answers && { answers }) }
    return taken(await service.send('PUT', `${root}/assessments/${ref}`, { key: keys.provider, body }))
  }
  return {
    contract,
    providerKey: keys.provider,
    commissionerKey: keys.commissioner,
    assess,
    putCase: async (id, body) =>
      taken(await service.send('PUT', `${root}/cases/${id}`, { key: keys.provider, body })),
    async resolved(met, notMet, endOn = '2019-02-01') {
      for (let n = 0; n < met + notMet; n++) {
        const of = `p-${endOn}-${n}`
        await assess(of, { 'personal-safety': 2 })
        await assess(of, { 'personal-safety': n < met ? 0 : 2 }, { stage: 'end', on: endOn })
      }
    },
    async outcomes(period, key = keys.provider) {
      const headers = { prefer: 'wait=30' }
      const reply = await service.send('GET', `${root}/outcomes?period=${period}`, { key, headers })
      if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`)
      if (reply.body.pending !== false) throw new Error('still pending')
      return reply
    },
  }
}

/** The two organisations of `makePeople`, with a key each. */
export const makeKeys = async (service: TestService) => ({
  provider: await service.join('prov', 'provider'),
  commissioner: await service.join('comm', 'commissioner'),
})

/** The London date so many days after today. */
export function londonDate(days = 0): string {
  const at = new Date(Date.now())
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(at)
  const date = new Date(`${today}T12:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** Pointers of a reply's faults, in order of bytes. */
export const pointersOf = ({ body }: Reply): string[] =>
  ((body.errors ?? []) as { pointer: string }[]).map(({ pointer }) => pointer).sort()
