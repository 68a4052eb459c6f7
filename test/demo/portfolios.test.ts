import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { demonstrate } from '../../src/demo/demonstration.ts'
import { isAllAgreed, report } from '../../src/demo/report/report.ts'
import { OPERATOR_KEY, startService } from '../support/service.ts'

/**
 * One golden case a published figure: what was printed, and the counts that give it, added up by hand from the groups of
 * people in the portfolio's file.
 */
type Golden =
  | { percent: number; of: readonly [numerator: number, denominator: number] }
  /** More than so many percent. */
  | { over: number; of: readonly [numerator: number, denominator: number] }
  | { count: number }
  | { before: readonly [number, number]; after: readonly [number, number] }
  /** Totals at the start and later, and how much lower the second is in whole percents. */
  | { totals: readonly [number, number]; percent: number }
  /** Nothing was printed. */
  | { unprinted: readonly [numerator: number, denominator: number] | number }

const golden: Record<string, Record<string, Golden>> = {
  'victim-first': {
    'personal-safety-resolved': { percent: 68, of: [279, 410] }, // 68.05
    'health-resolved': { percent: 66, of: [455, 690] }, // 65.94
    'accommodation-resolved': { percent: 77, of: [134, 174] }, // 77.01
    'substances-resolved': { percent: 43, of: [40, 92] }, // 43.48
    'family-resolved': { percent: 63, of: [156, 248] }, // 62.90
    'education-resolved': { percent: 21, of: [28, 131] }, // 21.37
    'finance-resolved': { percent: 45, of: [91, 203] }, // 44.83
    'outlook-resolved': { percent: 51, of: [261, 512] }, // 50.98
    'social-resolved': { percent: 59, of: [216, 366] }, // 59.02
  },
  // 168 + 292 + 60 + 280 people; the 40 cases of those who came back add nobody.
  'substance-misuse': { 'successful-completions': { percent: 21, of: [168, 800] } },
  'sexual-and-domestic-violence': {
    'safety-improved': { percent: 79, of: [200 + 46 + 70, 250 + 60 + 90] },
    'health-and-wellbeing-improved': { percent: 75, of: [190 + 45 + 65, 400] },
    'abuse-reduced': { percent: 82, of: [205, 250] },
    'distress-reduced-in-therapy': { percent: 100, of: [60, 60] },
  },
  // 420 + 280 = 700 offences before, 240 + 159 = 399 after: 1 - 399 / 700 = 0.43
  'integrated-offender-management': { 'offending-reduction': { totals: [700, 399], percent: 43 } },
  'prevention-fund-mentoring': {
    'impact-understood': { unprinted: [40, 48] },
    'knows-what-to-do': { unprinted: [36, 48] },
  },
  'prevention-fund-safer-streets': {
    'feeling-safer': { unprinted: [29, 40] },
    contacts: { unprinted: 80 },
  },
  'community-safety-plan': { 'feeling-safer': { percent: 92, of: [138, 150] } },

  'victim-support-all-crimes': {
    // 60 with a case and 45 without one.
    satisfied: { percent: 100, of: [105, 105] },
    'coping-improved-general': { percent: 80, of: [160, 200] },
    'feeling-safer-general': { percent: 75, of: [150, 200] },
    'feeling-safer-idva': { percent: 87, of: [87, 100] },
    'quality-of-life-improved-idva': { percent: 79, of: [79, 100] },
    'wellbeing-improved-isva': { percent: 64, of: [32, 50] },
  },
  'safety-net-therapy': {
    'health-and-wellbeing-improved-planned': { percent: 89, of: [89, 100] },
    'ability-to-cope-improved-planned': { percent: 87, of: [87, 100] },
    'safety-improved-planned': { percent: 77, of: [77, 100] },
  },
  'turning-the-spotlight': { 'relationships-understanding-improved': { percent: 100, of: [80, 80] } },
  'restorative-justice-cumbria': {
    satisfied: { percent: 100, of: [250, 250] },
    'would-recommend': { percent: 98, of: [245, 250] },
    'feeling-safer': { percent: 82, of: [205, 250] },
    'wellbeing-improved': { percent: 78, of: [195, 250] },
    'criminal-justice-confidence-increased': { percent: 86, of: [215, 250] },
  },
  'youth-asb-caseworker': {
    referrals: { count: 60 },
    'first-contact-within-5-days': { unprinted: [60, 60] },
    'closed-within-8-weeks': { unprinted: [60, 60] },
    'weekly-contact': { unprinted: [60, 60] },
    'exit-plan-agreed': { unprinted: [54, 60] },
  },
  'step-up': {
    'police-involvement': { before: [51, 100], after: [36, 100] },
    'family-relationships-improved': { over: 80, of: [49, 60] }, // 81.7
    'family-relationships-improved-parents': { over: 80, of: [45, 55] }, // 81.8
  },
  pakman: {
    'impact-understood': { percent: 83, of: [83, 100] },
    'knows-what-to-do': { percent: 78, of: [78, 100] },
    'parents-more-confident': { percent: 70, of: [35, 50] },
  },
  pathways: {
    // 392 + 8 + 6 completed; with 92 failed and 43 open the programme had 541.
    'programme-completions': { count: 406 },
    'programme-completed-not-reoffended': { percent: 75, of: [406, 541] }, // 75.05
    'programme-failed': { percent: 17, of: [92, 541] }, // 17.01
    'programme-still-open': { percent: 8, of: [43, 541] }, // 7.95
    'any-need-reduced': { percent: 98, of: [392, 400] },
  },
  'freedom-project': {
    // 300 with counselling and 223 in groups, of whom 60 are the same people.
    'people-supported': { count: 300 + 223 - 60 + 104 },
    'people-supported-adults': { count: 463 },
    'people-supported-children': { count: 104 },
    'group-hours': { count: 252 * 2 },
    'counselling-hours-adults': { count: 2190 },
    'counselling-hours-children': { count: 310 },
  },
  'keep-safe': { 'people-supported': { count: 520 + 26 } },

  'victim-and-witness-hub': {
    'people-supported': { count: 2843 }, // 2430 + 239 + 58 + 116
    'not-contactable': { count: 1416 },
    declined: { count: 403 },
    'referrals-self': { count: 174 }, // 58 + 116
    'referrals-self-then-reported': { count: 58 },
  },
  'mental-health-nurses': {
    'people-supported': { count: 219 },
    'health-and-wellbeing-improved': { percent: 100, of: [219, 219] },
  },
  'migrant-support': {
    'people-supported': { count: 397 + 30 },
    nationalities: { count: 17 },
    'people-supported-violence': { count: 397 },
  },
  'bobby-scheme': { 'homes-secured': { count: 983 } },
  'stalking-advocacy': {
    'people-supported': { count: 161 },
    'feeling-more-informed': { percent: 100, of: [161, 161] },
  },
  'young-victims': {
    'people-supported': { count: 154 + 92 },
    'people-supported-violence': { count: 154 },
    'ability-to-cope-improved': { percent: 73, of: [95 + 51, 130 + 70] },
  },
  'independent-sexual-violence-advisers': {
    'adults-supported': { count: 806 },
    'adults-new': { count: 215 + 100 },
    'adults-held': { count: 391 + 100 },
    'children-supported': { count: 267 },
    'children-new': { count: 110 + 40 },
    'children-held': { count: 87 + 30 },
  },
  'restorative-justice-cambridgeshire': {
    'people-supported': { count: 104 },
    'informed-and-empowered': { percent: 80, of: [40, 50] },
    'coping-improved': { percent: 10, of: [5, 50] },
  },
}

/** Different people, and cases in support, over other periods than single quarters and financial years. */
const hiddenFromCommissioners = new Set([
  'substance-misuse: successful-completions',
  'integrated-offender-management: offending-reduction',
  'pathways: programme-completed-not-reoffended',
  'pathways: programme-failed',
  'pathways: programme-still-open',
  'freedom-project: people-supported',
  'freedom-project: people-supported-adults',
  'freedom-project: people-supported-children',
  'keep-safe: people-supported',
])

/** Half up, in whole numbers: percent - 1/2 <= 100 part / whole < percent + 1/2. */
const roundsTo = (percent: number, [part, whole]: readonly [number, number]): boolean =>
  (2 * percent - 1) * whole <= 200 * part && 200 * part < (2 * percent + 1) * whole

t.test('the counts give what was printed', async (t) => {
  for (const [contract, figures] of Object.entries(golden)) {
    for (const [measure, figure] of Object.entries(figures)) {
      const name = `${contract}: ${measure}`
      if ('of' in figure && 'percent' in figure) t.ok(roundsTo(figure.percent, figure.of), name)
      if ('over' in figure) t.ok(100 * figure.of[0] > figure.over * figure.of[1], name)
      if ('totals' in figure) {
        const [before, after] = figure.totals
        t.ok(roundsTo(figure.percent, [before - after, before]), name)
      }
    }
  }
})

t.test('every published figure comes out of the API', async (t) => {
  const service = await startService()
  t.teardown(() => service.stop())
  const definitions = loadDefinitions([surveysFolder])
  const { portfolios } = definitions
  const { answers, revokeKeys } = await demonstrate(
    portfolios,
    { url: service.server.url, operatorKey: OPERATOR_KEY },
    {
      definitions,
      screen: { write: () => true },
      returns: { folder: t.testdir(), browser: undefined },
    },
    new AbortController().signal,
  )
  await revokeKeys()
  t.same(
    portfolios.map(({ id }) => id),
    ['cambridgeshire', 'cumbria', 'leicestershire'],
  )

  for (const [contract, answer] of answers) {
    const expected = golden[contract.contract] ?? {}
    t.same(
      answer.outcomes.measures.map(({ measure }) => measure).sort(),
      Object.keys(expected).sort(),
      `${contract.contract}: a golden case for each of its measures`,
    )
    for (const [measure, figure] of Object.entries(expected)) {
      const find = ({ measures }: typeof answer.outcomes) => measures.find((one) => one.measure === measure)
      const name = `${contract.contract}: ${measure}`
      const isHidden = hiddenFromCommissioners.has(name)
      t.equal(find(answer.outcomes)?.suppressed, isHidden, name)
      const outcome = find(isHidden ? answer.exact : answer.outcomes)
      if ('count' in figure) t.equal(outcome?.count, figure.count, name)
      else if ('totals' in figure) t.same([outcome?.startTotal, outcome?.endTotal], figure.totals, name)
      else if ('before' in figure) {
        t.same([outcome?.start?.numerator, outcome?.start?.denominator], figure.before, name)
        t.same([outcome?.end?.numerator, outcome?.end?.denominator], figure.after, name)
      } else if ('unprinted' in figure && typeof figure.unprinted === 'number')
        t.equal(outcome?.count, figure.unprinted, name)
      else {
        const of = 'of' in figure ? figure.of : figure.unprinted
        t.same([outcome?.numerator, outcome?.denominator], of, name)
      }
    }
    t.ok(answer.isReadAlike, `${contract.contract}: all its commissioners read the same`)
  }

  t.ok(isAllAgreed(portfolios, answers))
  const said = report(portfolios, answers)
  t.match(said, /^All 82 published figures agree/m)
  for (const line of said.split('\n')) t.ok(line.length <= 100, line)

  const words = said.replace(/\s+/g, ' ')
  for (const [why, sentence] of Object.entries({
    'a sum that is not that of its parts': '482 + 783 + 87 = 1,352, but 1,333 is printed',
    'a share that was cut off':
      '783 of 1,333 is 58.7%, printed as 58%: the fraction was cut off, not rounded.',
    'another one': '87 of 1,333 is 6.5%, printed as 6%: the fraction was cut off, not rounded.',
    'a monthly number that was cut off':
      'Supported a month: 236.9, printed as 236. The source cut off the fraction',
    'one base for cases that are open': 'The printed 406 had all completed, so they cannot be that base.',
    'a misprint': 'The printed total of "£633" is a misprint: it must be £633 thousand.',
    'different groups side by side': 'Four percentages of three different groups of people',
    'a target and its result': 'Victims feel safer: over 90% is green, 70 to 90% amber, under 70% red.',
    'a grant that adds up': '8 allocations make £910,000, the whole grant.',
    'and again':
      '9 after reallocation make £888,807, and £21,193 of underspend makes up the whole grant again.',
    'four who read alike': 'Read alike by all who pay for it: Leicestershire Police and Crime Commissioner,',
  }))
    t.match(words, sentence, why)
  t.match(said, /^ +Victims feel safer +92% +92% +138 of 150 +[\d.]+ to [\d.]+% green yes$/m)
  t.match(said, /^ +Complaints +1 +1 +yes$/m)
})
