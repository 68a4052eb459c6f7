import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { surveysFolder } from '../../src/definitions.ts'
import {
  caseDates,
  caseSelections,
  endStages,
  measureKinds,
  sessionSelections,
} from '../../src/domain/measure.ts'
import { whereFields } from '../../src/domain/measures/where.ts'
import { packageFile } from '../../src/process/package-file.ts'
import { startService, type TestService } from '../support/service.ts'

/** Of each kind, and each way to count, whatever comes with the package. */
const further = {
  instruments: {
    'tally.v1.yaml': `instrument: tally
version: 1
title: Tally
source: made up
licence: free
items:
  - { id: incidents, text: Incidents, type: count }
  - { id: safe, text: I feel safe, type: yes-no }
scores:
  - { id: incidents, title: Incidents, items: [incidents], method: value, range: [0, 1000000], better: lower }
  - { id: safe, title: Safe, items: [safe], method: value, range: [0, 1], better: higher }
`,
  },
  measures: {
    'further.yaml': `- measure: incidents-fewer
  title: Fewer incidents
  kind: reduction
  instrument: tally@1
  score: incidents
  countedBy: assessed
- measure: safe-before-and-after
  title: Safe before and after
  kind: before-after
  instrument: tally
  score: safe
  end: follow-up
  respondent: parent
- measure: safe-at-review
  title: Safe at a review
  kind: answered
  instrument: tally
  item: safe
  stage: review
  respondent: worker
  in: [true]
  where: { cohort: { not: [idva] }, reportedToPolice: [true] }
  target: { green: 90, amber: 70 }
- measure: health-better-by-two
  title: Health better by two
  kind: improved
  instrument: victim-needs
  score: health
  of: could-improve
  by: 2
  target: { green: 5, amber: 10, better: lower }
- measure: neither-left
  title: Neither left
  kind: all-of
  measures: [health-resolved, social-resolved]
- measure: completed-in-a-year
  title: Completed in a year
  kind: completed
  closure: [planned, transferred]
  window: rolling-year
- measure: contact-every-week
  title: Contact every week
  kind: contact-every
  days: 7
- measure: incidents-in-all
  title: Incidents in all
  kind: count
  instrument: tally
  item: incidents
  target: { atMost: 30 }
`,
  },
}

interface Written {
  measure: string
  kind: string
}

const writtenIn = (text: string): Written[] => parse(text) as Written[]

const folder = join(surveysFolder, 'measures')
const shipped = readdirSync(folder).flatMap((file) => writtenIn(readFileSync(join(folder, file), 'utf8')))

let service: TestService
let shown: Map<string, Record<string, unknown>>

t.before(async () => {
  service = await startService({ surveysDir: t.testdir(further) })
  const key = await service.join('catch-22', 'provider')
  const { status, body } = await service.send('GET', '/v1/measures?limit=500', { key })
  t.equal(status, 200)
  shown = new Map(body.items.map((one: { id: string }) => [one.id, one]))
})
t.teardown(() => service.stop())

t.test('every measure is shown with all that its file says', (t) => {
  const written = [...shipped, ...writtenIn(further.measures['further.yaml'])]
  t.same([...shown.keys()], written.map(({ measure }) => measure).sort(), 'in the order of their names')
  for (const { measure: id, ...said } of written) {
    const { version, basis, ...rest } = shown.get(id) ?? {}
    t.match(version, /^[0-9a-f]{12}$/, id)
    t.match(basis, /\w/, id)
    t.equal(rest.id, id)
    // A list of true and false is shown as text, as the groups of an answer are.
    const conditions = (said as { where?: object }).where
    const where = conditions && { where: textOf(conditions) }
    for (const [field, value] of Object.entries({ ...said, ...where }))
      t.same(rest[field], value, `${id} ${field}`)
  }
  t.end()
})

const textOf = (conditions: object): unknown =>
  JSON.parse(JSON.stringify(conditions), (_, value: unknown) =>
    typeof value === 'boolean' ? String(value) : value,
  )

t.test('what a file leaves out is shown as it is meant, and no field of another kind', (t) => {
  const own = (id: string): unknown => {
    const { id: _, version: __, title: ___, ...rest } = shown.get(id) ?? {}
    return rest
  }
  t.same(own('phq-9-reliably-recovered'), {
    kind: 'reliably-recovered',
    basis: 'had the need at the start, and an end assessment',
    instrument: 'phq-9',
    score: 'total',
    end: 'end',
    countedBy: 'closed',
  })
  t.same(own('incidents-fewer'), {
    kind: 'reduction',
    basis: 'had a start and an end assessment in the period, by the latest one, open cases too',
    instrument: 'tally@1',
    score: 'incidents',
    end: 'end',
    countedBy: 'assessed',
  })
  t.same(own('coping-improved'), {
    kind: 'answered',
    basis: 'answered "cope" at the end',
    instrument: 'coping-and-recovery',
    item: 'cope',
    stage: 'end',
    in: ['agree', 'strongly-agree'],
  })
  t.same(own('talking-therapies-recovery'), {
    kind: 'any-of',
    basis:
      'counted in any of: No longer a case on PHQ-9 at the end of support, of those who were one at the start' +
      ' | No longer a case on GAD-7 at the end of support, of those who were one at the start',
    measures: ['phq-9-resolved', 'gad-7-resolved'],
    counted: 'any',
    achieved: 'all',
  })
  t.same(own('neither-left'), {
    kind: 'all-of',
    basis:
      'counted in all of: No mental and physical health need at the end of support, of those with the need at the start' +
      ' | No social interactions need at the end of support, of those with the need at the start',
    measures: ['health-resolved', 'social-resolved'],
    counted: 'all',
    achieved: 'all',
  })
  t.same(own('planned-closures'), {
    kind: 'share',
    basis: 'cases closed in the period; progress is accepted',
    where: { progress: ['accepted'] },
    of: 'closed',
    achieved: { closure: ['planned'] },
  })
  t.same(own('first-contact-within-5-working-days'), {
    kind: 'within-days',
    basis: 'cases referred in the period whose first contact was due within 5 working days of the referral',
    from: 'referredOn',
    to: 'firstContactOn',
    days: 5,
    working: true,
  })
  t.same(own('contact-every-week'), {
    kind: 'contact-every',
    basis: 'cases in support that closed in the period, with contact at least every 7 days as the aim',
    days: 7,
  })
  t.same(own('people-supported'), {
    kind: 'count',
    basis: 'different people in support in the period',
    of: 'people',
  })
  t.same(own('nationalities'), {
    kind: 'count',
    basis: 'different values of nationality among cases in support in the period',
    distinct: 'nationality',
  })
  t.same(own('incidents-in-all'), {
    kind: 'count',
    basis: 'answers to "incidents" at the end, added up',
    target: { atMost: 30 },
    instrument: 'tally',
    item: 'incidents',
    stage: 'end',
  })
  t.end()
})

t.test('each kind and option is told in the OpenAPI document and in the README', async (t) => {
  const { body } = await service.send('GET', '/openapi.json')
  const { properties } = body.components.schemas.Measure
  for (const kind of measureKinds) t.ok(properties.kind.description.includes(kind), kind)
  const options = Object.keys(properties).filter((name) => name !== 'id' && name !== 'title')
  for (const option of options) t.match(properties[option].description, /\w/, option)
  const selections = [...caseSelections, ...sessionSelections, 'people']
  t.same(properties.of.enum.toSorted(), [...selections, 'need-at-start', 'could-improve'].sort())
  t.same(properties.distinct.enum.toSorted(), whereFields.toSorted())

  const readme = readFileSync(packageFile('README.md'), 'utf8')
  const measures = readme.slice(readme.indexOf('\n## Measures'), readme.indexOf('\n### Add an instrument'))
  const ownOfReplies = ['version', 'kind', 'basis']
  const named = options.filter((option) => !ownOfReplies.includes(option))
  for (const word of [...measureKinds, ...named, ...selections, ...whereFields, ...endStages, ...caseDates]) {
    t.match(measures, new RegExp('`' + word + '[`:]'), word)
  }
})
