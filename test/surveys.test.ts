import { spawnSync } from 'node:child_process'
import t from 'tap'
import { loadDefinitions, surveysFolder } from '../src/definitions.ts'
import { checkAnswers, describeScores, inForceOn, scoreAnswers } from '../src/domain/instrument.ts'
import { packageFile } from '../src/process/package-file.ts'

/** The order in which the field reports the nine needs. */
const needs = [
  'personal-safety',
  'health',
  'accommodation',
  'family',
  'education',
  'substances',
  'finance',
  'outlook',
  'social',
]

const definitions = loadDefinitions([surveysFolder])
const victimNeeds = definitions.instrument('victim-needs', 1)

t.test('victim-needs asks for nine needs, each from 0 to 3', (t) => {
  if (victimNeeds === undefined) throw new Error('victim-needs@1 does not come with the package')
  t.same(
    victimNeeds.items.map(({ id }) => id),
    needs,
  )
  t.same(
    victimNeeds.scores.map(({ id }) => id),
    needs,
  )
  const most = Object.fromEntries(needs.map((id) => [id, 3]))
  t.same(checkAnswers(victimNeeds, most), [])
  t.same(scoreAnswers(victimNeeds, most), [3, 3, 3, 3, 3, 3, 3, 3, 3])
  t.same(
    checkAnswers(victimNeeds, Object.fromEntries(needs.map((id) => [id, 4]))),
    needs.map((id) => ({ pointer: `/answers/${id}`, detail: 'must be 0 to 3' })),
  )
  const some = describeScores(
    victimNeeds,
    scoreAnswers(victimNeeds, { 'personal-safety': 0, health: 1, social: 2 }),
  )
  t.same(some['personal-safety'], { value: 0, need: false })
  t.same(some.health, { value: 1, need: true })
  t.same(some.social, { value: 2, need: true })
  t.same(some.family, { value: null, missing: 'not-answered' })
  t.equal(
    victimNeeds.scores.some(({ reliableChange }) => reliableChange !== undefined),
    false,
    'none is published',
  )
  t.equal(inForceOn(definitions.instruments, 'victim-needs', '1990-01-01'), victimNeeds)
  t.end()
})

t.test('four measures for each need', (t) => {
  const expected = needs.flatMap((id) => [
    `${id}-resolved`,
    `${id}-reduced`,
    `${id}-sustained`,
    `${id}-worse`,
  ])
  t.same(
    [...definitions.measures.keys()].filter((id) => needs.some((need) => id.startsWith(need))),
    expected,
  )
  for (const id of needs) {
    const of = (suffix: string) => definitions.measures.get(`${id}-${suffix}`)
    const common = { score: id, instrument: { id: 'victim-needs' }, end: 'end' }
    const withNeed = 'had the need at the start, and an end assessment'
    const withPair = 'had a start and an end assessment'
    t.match(of('resolved'), { ...common, kind: 'resolved', basis: withNeed })
    t.match(of('reduced'), { ...common, kind: 'improved', of: 'need-at-start', basis: withNeed })
    t.match(of('sustained'), { ...common, kind: 'improved-or-sustained', basis: withPair })
    t.match(of('worse'), { ...common, kind: 'deteriorated', basis: withPair })
  }
  const titles = [...definitions.measures.values()].map(({ title }) => title)
  t.equal(new Set(titles).size, titles.length, 'no two have the same title')
  t.end()
})

t.test('npm run surveys:check says what it found, or every fault and exits 1', (t) => {
  const check = (further: string) =>
    spawnSync(process.execPath, ['--import', 'tsx', packageFile('src/check-surveys.ts')], {
      cwd: packageFile('.'),
      env: { ...process.env, WAYMARK_SURVEYS_DIR: further },
      encoding: 'utf8',
    })
  const sound = check('')
  t.equal(sound.stderr, '')
  t.match(sound.stdout, /^All good: \d+ instrument versions? and \d+ measures, without a fault\.\n$/)
  t.equal(sound.status, 0)
  const faulty = check(t.testdir({ measures: { 'own.yaml': '- measure: health-worse\n  title: Mine\n' } }))
  t.equal(faulty.status, 1)
  t.equal(faulty.stdout, '')
  const reasons = faulty.stderr.trim().split('\n')
  t.same(
    reasons.map((line) => line.slice(line.lastIndexOf('measures/'))),
    ['kind', 'instrument', 'score'].map(
      (field) => `measures/own.yaml:1: measure health-worse: ${field} is missing`,
    ),
  )
  t.end()
})
