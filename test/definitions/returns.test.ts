import t, { type Test } from 'tap'
import { DefinitionFaults, loadDefinitions, surveysFolder } from '../../src/definitions.ts'
import { measuresOfTemplate } from '../../src/domain/returns/template.ts'

const measures = `- measure: referrals
  title: Referrals
  kind: count
  of: referred
- measure: police
  title: From the police
  kind: count
  of: referred
  where: { referralSource: [police] }
- measure: planned
  title: Planned
  kind: share
  achieved: { closure: [planned] }
`
const figures = `- { figure: fte, title: Staff, type: number }
- { figure: words, title: Words, type: text }
`
const head = `return: small
version: 1
title: Small
status: unconfirmed
source: made up
disclosure: none
`
const rows = (...lines: string[]): string =>
  `sections:\n  - id: one\n    rows:\n${lines.map((line) => `      - ${line}\n`).join('')}`

const load = (t: Test, text: string, file = 'small.v1.yaml') =>
  loadDefinitions([
    t.testdir({
      measures: { 'm.yaml': measures },
      figures: { 'f.yaml': figures },
      returns: { [file]: text },
    }),
  ])

/** The faults of a template as line and reason. */
function faultsOf(t: Test, text: string, file?: string): string[] {
  try {
    load(t, text, file)
  } catch (error) {
    if (error instanceof DefinitionFaults) return error.faults.map(({ line, reason }) => `${line}: ${reason}`)
    throw error
  }
  return []
}

t.test('a row narrows its measure, which is then a measure of its own', async (t) => {
  const { templates } = load(
    t,
    `${head}streams: [moj-core]\n${rows(
      '{ id: all, label: All, measure: referrals }',
      '{ id: self, label: Self, measure: referrals, where: { referralSource: [self] } }',
      '{ id: again, label: Again, measure: referrals, where: { referralSource: [self] } }',
      '{ id: staff, label: Staff, figure: fte }',
      '{ id: text, label: Text, figure: words }',
    )}`,
  )
  const template = templates.get('small')
  if (template === undefined) throw new Error('it is there')
  const [all, self, again, staff, text] = template.sections[0]?.rows ?? []
  t.match(all, {
    measure: { id: 'referrals', where: { fundingStream: ['moj-core'] } },
    show: ['count'],
  })
  t.match(self, {
    measure: {
      where: { fundingStream: ['moj-core'], referralSource: ['self'] },
      basis: 'cases referred in the period; referral source is self; funding stream is moj-core',
    },
  })
  t.same(self && 'measure' in self && self.measure, again && 'measure' in again && again.measure)
  t.equal(measuresOfTemplate(template).length, 2, 'each is counted once')
  t.match(staff, { figure: 'fte', adds: true })
  t.match(text, { figure: 'words', adds: false })
})

t.test('without a condition a row is about the measure itself', async (t) => {
  const { templates, measures: known } = load(t, head + rows('{ id: all, label: All, measure: referrals }'))
  const [row] = templates.get('small')?.sections[0]?.rows ?? []
  t.same(row && 'measure' in row && row.measure, known.get('referrals'))
})

t.test('every fault is named with its line', async (t) => {
  const cases: [text: string, expected: string[]][] = [
    [rows('{ id: a, label: A, measure: gone }'), ['10: row a: no measure gone']],
    [rows('{ id: a, label: A, figure: gone }'), ['10: row a: no figure gone']],
    [rows('{ id: a, label: A }'), ['10: row a: must have one of measure, figure']],
    [
      rows('{ id: a, label: A, figure: fte, measure: referrals }'),
      ['10: row a: must have one of measure, figure'],
    ],
    [
      rows('{ id: a, label: A, figure: fte, show: [count] }'),
      ['10: row a: show belongs to a row with a measure'],
    ],
    [
      rows('{ id: a, label: A, measure: referrals, adds: true }'),
      ['10: row a: adds belongs to a row with a figure'],
    ],
    [
      rows('{ id: a, label: A, measure: referrals, show: [percent] }'),
      ['10: row a: count has no percent: it has count'],
    ],
    [
      rows('{ id: a, label: A, measure: planned, show: [asked] }'),
      ['10: row a: share has no asked: it has numerator, denominator, percent'],
    ],
    [
      rows('{ id: a, label: A, measure: police, where: { referralSource: [self] } }'),
      ['10: row a: police is narrowed by referralSource already'],
    ],
    [
      rows('{ id: a, label: A, measure: referrals }', '{ id: a, label: A, figure: fte }'),
      ['11: row a stands here a second time'],
    ],
    [
      `streams: [x]\n${rows('{ id: a, label: A, measure: referrals, where: { fundingStream: [y] } }')}`,
      ['11: row a: the streams of the template say which fundingStream is meant'],
    ],
    [rows('{ id: a, label: A, measure: referrals, colour: red }'), ['10: sections.0.rows.0']],
    [
      `${rows('{ id: a, label: A, measure: planned }', '{ id: b, label: B, figure: fte }')}checks:
  - { id: c, title: C, level: error, equal: [[a], [b, gone]] }
  - { id: c, title: C, level: error, equal: [[b], [b]] }
  - { id: jumps, title: J, level: error, equal: [[b], [b]] }
  - { id: d, title: D, level: error, ascending: [a, b, gone] }
  - { id: e, title: E, level: error }
  - { id: f, title: F, level: error, ascending: [a, b], equal: [[b], [b]] }
`,
      [
        '14: check c stands here a second time',
        '13: check c: row a is no number to add',
        '13: check c: no row gone',
        '15: check jumps: every return has a check of this name',
        '16: check d: no row gone',
        '17: check e: must have one of equal, ascending',
        '18: check f: must have one of equal, ascending',
      ],
    ],
  ]
  for (const [text, expected] of cases) {
    const found = faultsOf(t, head + text)
    t.equal(found.length, expected.length, found.join('; '))
    for (const [at, one] of expected.entries())
      t.ok(found[at]?.startsWith(one), `${found[at] ?? ''} (${one})`)
  }
  t.match(faultsOf(t, head + rows('{ id: a, label: A, figure: fte }'), 'other.v1.yaml'), [
    '1: the file must be named small.v1.yaml, after what it says',
  ])
})

const form = (id: string, more: string): string => `instrument: ${id}
version: 1
title: ${id}
source: made up
licence: free
inForce: { from: 2001-01-01 }
${more}items:
  - { id: satisfied, text: I am satisfied, type: yes-no }
`
const asked = ['told', 'asked'].map(
  (id) => `- measure: ${id}
  title: Satisfied
  instrument: ${id === 'told' ? 'feedback' : 'interview'}
  item: satisfied
  kind: answered
  in: [true]
`,
)

t.test('answers without a case are not held against those who were asked', async (t) => {
  const faults = (measure: string, ...names: string[]): string[] => {
    const shows = {
      achieved: 'numerator, percent',
      answered: 'answered',
      asked: 'asked',
      eligible: 'eligible',
    }
    const lines = Object.entries(shows).map(
      ([id, show]) => `{ id: ${id}, label: A, ${measure}, show: [${show}] }`,
    )
    const check = `checks:\n  - { id: c, title: C, level: error, ascending: [${names.join(', ')}] }\n`
    const folder = t.testdir({
      instruments: {
        'feedback.v1.yaml': form('feedback', 'anonymous: allowed\n'),
        'interview.v1.yaml': form('interview', ''),
      },
      measures: { 'm.yaml': asked.join('') },
      returns: { 'small.v1.yaml': head + rows(...lines) + check },
    })
    try {
      loadDefinitions([folder])
    } catch (error) {
      if (error instanceof DefinitionFaults)
        return error.faults.map(({ line, reason }) => `${line}: ${reason}`)
      throw error
    }
    return []
  }
  const all = ['achieved', 'answered', 'asked', 'eligible']
  t.same(faults('measure: asked', ...all), [], 'each answer is of a case')
  t.same(faults('measure: told', ...all), [
    '15: check c: answers without a case are in row achieved, and not in row asked',
    '15: check c: answers without a case are in row achieved, and not in row eligible',
  ])
  t.same(faults('measure: told', 'achieved', 'answered'), [])
  t.same(faults('measure: told', 'asked', 'eligible'), [])
  const women = 'where: { sex: [female] }'
  t.same(faults(`measure: told, ${women}`, ...all), [], 'who has no case is known to be nothing')
  const others = 'where: { sex: { not: [female] } }'
  t.equal(faults(`measure: told, ${others}`, ...all).length, 2)
})

t.test('every outcome of the Ministry is checked from achieved to eligible', async (t) => {
  const template = loadDefinitions([surveysFolder]).templates.get('moj-victims')
  const shown = new Map(
    template?.sections.flatMap((section) =>
      section.rows.flatMap((row) =>
        'measure' in row ? [[row.id, `${row.measure.id} ${row.show[0]}`] as const] : [],
      ),
    ),
  )
  const ascending = template?.checks.flatMap((check) =>
    check.ascending ? [[check.level, ...check.ascending.map((id) => shown.get(id))].join(', ')] : [],
  )
  const measures = [
    ...['coping-improved', 'resilience-built', 'wellbeing-improved'],
    ...['feeling-safer', 'quality-of-life-improved', 'feeling-more-informed'],
  ]
  t.same(
    ascending,
    measures.map((one) => `error, ${one} numerator, ${one} answered, ${one} asked, ${one} eligible`),
  )
  const eligible = [...shown.values()].filter((one) => one.endsWith(' eligible'))
  t.equal(eligible.length, measures.length, 'and there is no other outcome')
})
