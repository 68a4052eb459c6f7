import { createHash, randomBytes } from 'node:crypto'
import { DEFAULT_MINIMUM_COUNT } from '../../domain/contracts/contract.ts'
import { canonicalJson } from '../../domain/canonical-json.ts'
import { isProvisional } from '../../domain/outcomes/outcome.ts'
import { addMonths, monthsIn, periodOfMonths, type LondonDate, type Period } from '../../domain/period.ts'
import { invalid } from '../../domain/problem.ts'
import {
  shownChanges,
  withNext,
  type ChangedCases,
  type ShownChanges,
} from '../../domain/returns/changed-cases.ts'
import { checkReturn, isCounted } from '../../domain/returns/checks.ts'
import { returnContent, type ReturnContent } from '../../domain/returns/return-content.ts'
import { isNamed, namedFrom } from '../../domain/returns/silent-providers.ts'
import type { ReturnTemplate } from '../../domain/returns/template.ts'
import type { MadeReturn, ReturnKey, StoredReturn } from '../../store/returns/returns.ts'
import type { Store } from '../../store/store.ts'
import type { Needs } from '../needs.ts'
import { tellOfReturn } from '../webhooks/tell-of-return.ts'
import { changesSince } from './changes-since.ts'
import { gatherFigures, type Gathered } from './gather-figures.ts'
import { recordReturn, type ReturnActor } from './record-return.ts'

export type ReturnNeeds = Pick<Needs, 'transact' | 'definitions' | 'clock' | 'returnGraceDays' | 'meter'>

/** Whose return of which period is asked for. */
export interface ReturnQuestion {
  commissioner: string
  template: string
  period: Period
  /** By whom: the audit log tells it if the return is made. */
  actor: ReturnActor
}

export interface ReturnAnswer {
  stored: StoredReturn
  /** It is as it was when it was last asked for, and nothing waits to be counted. */
  stands: boolean
  pending: boolean
  /** This very asking made it, or the next version of it. */
  isNew: boolean
}

/** Periods that a return is held against. */
const EARLIER = 4

/**
 * Makes a return, or a draft of it again in its place where its data has changed. What was submitted stays: later data opens
 * the next version, once all of it is counted.
 *
 * @throws {Problem} `invalid` if there is no such template, or the commissioner leads no contract of the period that lists it
 */
export const makeReturn = (needs: ReturnNeeds) => {
  const { transact, definitions, clock, returnGraceDays } = needs
  const gather = gatherFigures(needs)
  const countChanges = changesSince(needs)
  return async ({ commissioner, template: id, period, actor }: ReturnQuestion): Promise<ReturnAnswer> => {
    const newest = definitions.templates.get(id)
    if (newest === undefined) throw invalid([{ pointer: '/template', detail: 'is not a known template' }])
    const as = { role: 'commissioner', organisation: commissioner } as const
    const key = {
      commissionerId: commissioner,
      template: id,
      firstMonth: period.firstMonth,
      lastMonth: period.lastMonth,
    }
    const organisation = await transact({ role: 'operator' }, (store) =>
      store.organisations.find(commissioner),
    )
    for (;;) {
      const known = await transact(as, (store) => store.returns.versions(key))
      const template = templateOf(known, newest)
      const isExact = template.disclosure === 'none' && organisation?.exactReturns === true
      const gathered = await gather({ commissioner, template, period, isExact })
      if (gathered.contracts.length === 0) {
        throw invalid([
          { pointer: '/period', detail: 'no contract that you lead lists this template and has this period' },
        ])
      }
      const content = returnContent(
        template,
        periodOfMonths(key.firstMonth, key.lastMonth).label,
        gathered.contracts,
      )
      const sha256 = hashOf(content)
      const counted = await changesOf(known, sha256, gathered)
      const minimumCount = isExact ? undefined : largestMinimum(gathered)
      const { pending } = gathered
      const provisional = isProvisional(period, returnGraceDays, clock.today())
      const answer = await transact(as, async (store) => {
        await store.returns.lock(key)
        const versions = await store.returns.versions(key)
        if (!isSame(versions, known)) return undefined
        const made: MadeReturn = {
          templateVersion: template.version,
          areaCode: organisation?.areaCode ?? null,
          provisional,
          content,
          checks: await checksOf(store, key, { template, gathered, content, namedFrom: namedLater(period) }),
          sha256,
          generatedAt: clock.now().toISOString(),
          changes: counted === undefined ? [] : nextChanges(versions.at(-1), counted, minimumCount),
        }
        return keep(store, key, versions.at(-1), { made, pending, actor })
      })
      // Somebody else made or submitted it meanwhile, so that another template may be meant.
      if (answer === undefined) continue
      if (answer.isNew) needs.meter.returnMade()
      return answer
    }
  }

  /** From when on providers with nothing sent are named, if that is to come. */
  function namedLater(period: Period): LondonDate | undefined {
    const now = { graceDays: returnGraceDays, today: clock.today() }
    return isNamed(period, now) ? undefined : namedFrom(period, returnGraceDays)
  }

  /** Undefined: there is nothing that it could be held against. */
  async function changesOf(
    versions: readonly StoredReturn[],
    sha256: string,
    { contracts }: Gathered,
  ): Promise<ChangedCases | undefined> {
    const from = versions.findLast(({ status }) => status !== 'draft')
    const latest = versions.at(-1)
    if (from === undefined || (latest === from && sha256 === from.sha256)) return undefined
    return countChanges(
      from,
      contracts.map(({ contract }) => contract.contractId),
    )
  }

  async function keep(
    store: Store,
    key: ReturnKey,
    latest: StoredReturn | undefined,
    { made, pending, actor }: { made: MadeReturn; pending: boolean; actor: ReturnActor },
  ): Promise<ReturnAnswer> {
    const isDraft = latest?.status === 'draft'
    if (
      latest !== undefined &&
      (isDraft ? saysTheSame(latest, made) : latest.sha256 === made.sha256 || pending)
    ) {
      return { stored: latest, stands: !pending, pending, isNew: false }
    }
    if (isDraft) await store.returns.replace(latest.returnId, made)
    else {
      const returnId = returnIdAt(clock.now())
      await store.returns.insert({ ...key, ...made, returnId, version: (latest?.version ?? 0) + 1 })
    }
    const stored = (await store.returns.versions(key)).at(-1)
    if (stored === undefined) throw new Error('a return that was made is there')
    await recordReturn(store, clock, 'return-made', stored, actor)
    if (!isDraft) await tellOfReturn(store, clock, 'return.ready', stored)
    return { stored, stands: false, pending, isNew: !isDraft }
  }
  function templateOf(known: readonly StoredReturn[], newest: ReturnTemplate): ReturnTemplate {
    const latest = known.at(-1)
    // What was submitted is held against the same questions, however they were changed for others since.
    const submitted = known.findLast(({ status }) => status !== 'draft')
    const version = submitted?.templateVersion ?? (latest && newest.version)
    return (
      definitions.templateVersions.find((one) => one.id === newest.id && one.version === version) ?? newest
    )
  }
}

/** What a version shows of them, by all that the same version showed before: read where nobody else can add to it. */
function nextChanges(
  latest: StoredReturn | undefined,
  counted: ChangedCases,
  minimumCount: number | undefined,
): readonly ShownChanges[] {
  const shown = latest?.status === 'draft' ? latest.changes : []
  return withNext(shown, shownChanges(shown, counted, minimumCount))
}

const largestMinimum = ({ contracts }: Gathered): number =>
  Math.max(
    DEFAULT_MINIMUM_COUNT,
    ...contracts.flatMap(({ contract }) => contract.minimumCounts.map(({ minimumCount }) => minimumCount)),
  )

/** Over the content alone, whatever the order of its fields. */
export const hashOf = (content: ReturnContent): string =>
  createHash('sha256').update(canonicalJson(content)).digest('hex')

/** Ids sort as the returns were made. */
const returnIdAt = (now: Date): string =>
  `${now.getTime().toString(16).padStart(12, '0')}${randomBytes(8).toString('hex')}`

const isSame = (versions: readonly StoredReturn[], known: readonly StoredReturn[]): boolean =>
  versions.length === known.length && versions.every(({ status }, at) => status === known[at]?.status)

const saysTheSame = (stored: StoredReturn, made: MadeReturn): boolean =>
  stored.sha256 === made.sha256 &&
  stored.templateVersion === made.templateVersion &&
  stored.areaCode === made.areaCode &&
  stored.provisional === made.provisional &&
  canonicalJson(stored.checks) === canonicalJson(made.checks) &&
  canonicalJson(stored.changes) === canonicalJson(made.changes)

interface ToCheck {
  template: ReturnTemplate
  gathered: Gathered
  content: ReturnContent
  namedFrom: LondonDate | undefined
}

async function checksOf(store: Store, key: ReturnKey, { template, gathered, content, namedFrom }: ToCheck) {
  const months = monthsIn(key.firstMonth, key.lastMonth)
  const earlier = Array.from({ length: EARLIER }, (_, at) => ({
    firstMonth: addMonths(key.firstMonth, -months * (at + 1)),
    lastMonth: addMonths(key.lastMonth, -months * (at + 1)),
  }))
  const before = await store.returns.before(key, earlier)
  // A draft that was made before its period had ended, or while something waited to be counted, says too little.
  const previous = before.filter(
    ({ status, provisional, checks }) => status !== 'draft' || (!provisional && isCounted(checks)),
  )
  return checkReturn(content, {
    checks: template.checks,
    contracts: gathered.contracts,
    previous: previous.map((one) => one.content),
    namedFrom,
    isRounded: template.disclosure === 'publication',
    pending: gathered.pending,
  })
}
