import { join } from 'node:path'
import t from 'tap'
import { DefinitionFaults, loadDefinitions } from '../src/definitions.ts'

/** A sound instrument with an item of every type and a score of every method; `mistakes` change it a line at a time. */
const survey = `instrument: survey
version: 1
title: Survey
source: made up
licence: free
inForce: { from: 2001-01-01, until: 2030-12-31 }
respondent: self
items:
  - { id: q1, type: scale, range: [0, 3], labels: [No, Low, Medium, High] }
  - { id: q2, type: scale, range: [0, 3], reverse: true, required: true }
  - { id: pain, type: decimal, range: [0, 10], places: 1 }
  - { id: safe, type: yes-no }
  - { id: incidents, type: count }
  - { id: satisfied, type: choice, values: [agree, disagree] }
  - { id: comment, type: text, consentItem: safe }
scores:
  - id: total
    title: Total
    items: [q1, q2]
    method: sum
    range: [0, 6]
    better: lower
    missing: { prorateUpTo: 1 }
    need: { atLeast: 2 }
    reliableChange: { sd: 1.5, reliability: 0.9, level: 0.95 }
  - { id: pain, title: Pain, items: [pain], method: value, range: [0, 10], better: lower, need: { atLeast: 4.5 } }
  - { id: incidents, title: Incidents, items: [incidents], method: value, range: [0, 100], better: lower }
  - { id: average, title: Average, items: [q1, q2], method: mean, places: 2, range: [0, 3], better: lower }
  - { id: needs, title: Needs, method: count-needs, scores: [total, pain], range: [0, 2], better: lower }
  - id: metric
    title: Metric
    items: [q1]
    method: value
    range: [0, 4.75]
    better: higher
    convert: { 0: 0, 1: 1.5, 2: 3, 3: 4.75 }
    need: { atMost: 1.5 }
`

const measures = `- measure: total-resolved
  title: No need
  instrument: survey
  score: total
  kind: resolved
  end: end
  where: { closure: [planned], cohort: { not: [idva] } }
  target: { green: 90, amber: 70 }
- measure: total-better
  title: Better
  instrument: survey@1
  score: total
  kind: improved
  of: could-improve
  by: 2
`

const figures = `- figure: idva-fte
  title: Advisers
  type: number
- { figure: commentary, title: Commentary, type: text }
`

const calendar = `- holiday: 2020-05-08
  title: Early May bank holiday
- { holiday: 2020-12-28, title: Boxing Day (substitute) }
`

type Folder = Record<string, Record<string, string>>

const sound: Folder = {
  instruments: { 'survey.v1.yaml': survey },
  measures: { 'survey.yaml': measures },
  figures: { 'own.yaml': figures },
  calendars: { 'own.yaml': calendar },
}

/** The faults of a folder as `file:line: reason`, the files named from within it. */
function faultsOf(root: string): string[] {
  try {
    loadDefinitions([root])
    return []
  } catch (error) {
    if (!(error instanceof DefinitionFaults)) throw error
    return error.faults.map(({ file, line, reason }) => {
      const name = file.split('/').slice(-2).join('/')
      return `${name}:${line}: ${reason}`
    })
  }
}

/** @throws {Error} if there is nothing to replace, so that no mistake is silently left out */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`)
  return text.replace(from, () => to)
}

t.test('sound definitions are read as they are meant', (t) => {
  const definitions = loadDefinitions([t.testdir(sound)])
  t.same(
    definitions.instruments.map(({ id, version }) => `${id}@${version}`),
    ['survey@1'],
  )
  const found = definitions.instrument('survey', 1)
  t.equal(definitions.instrument('survey'), found)
  t.equal(definitions.instrument('survey', 2), undefined)
  t.match(found, {
    title: 'Survey',
    itemsWithheld: false,
    inForce: { from: '2001-01-01', until: '2030-12-31' },
    respondent: 'self',
    anonymous: false,
    comparableWith: [],
    hash: /^[0-9a-f]{64}$/,
  })
  t.same(found?.items[1], { id: 'q2', type: 'scale', range: [0, 3], reverse: true, required: true })
  t.same(found?.scores[0], {
    id: 'total',
    title: 'Total',
    items: ['q1', 'q2'],
    method: 'sum',
    range: [0, 6],
    better: 'lower',
    places: 0,
    missing: { prorateUpTo: 1 },
    need: { atLeast: 2 },
    reliableChange: { sd: 1.5, reliability: 0.9, level: 0.95 },
  })
  t.same(
    found?.scores.map(({ id, places }) => [id, places]),
    [
      ['total', 0],
      ['pain', 1],
      ['incidents', 0],
      ['average', 2],
      ['needs', 0],
      ['metric', 2],
    ],
    'places are those of the answers or of the table, unless said',
  )
  t.same(
    [...(found?.scores[5]?.convert ?? [])],
    [
      [0, 0],
      [1, 1.5],
      [2, 3],
      [3, 4.75],
    ],
  )
  t.match(definitions.measures.get('total-resolved'), {
    kind: 'resolved',
    instrument: { id: 'survey' },
    end: 'end',
    where: { closure: ['planned'], cohort: { not: ['idva'] } },
    target: { green: 90, amber: 70 },
    version: /^[0-9a-f]{12}$/,
    basis: 'had the need at the start, and an end assessment; closure is planned; cohort is not idva',
  })
  t.match(definitions.measures.get('total-better'), {
    instrument: { id: 'survey', version: 1 },
    of: 'could-improve',
    by: 2,
    basis: 'had room to improve at the start, and an end assessment',
  })
  t.same(
    [...definitions.figures],
    [
      ['idva-fte', { id: 'idva-fte', title: 'Advisers', type: 'number' }],
      ['commentary', { id: 'commentary', title: 'Commentary', type: 'text' }],
    ],
  )
  t.same([...definitions.bankHolidays], ['2020-05-08', '2020-12-28'])
  t.end()
})

t.test('a version is known by its content, not by how it is written', (t) => {
  const hashesOf = (instrument: string, list: string) => {
    const read = loadDefinitions([
      t.testdir({ instruments: { 'survey.v1.yaml': instrument }, measures: { 'survey.yaml': list } }),
    ])
    return [read.instrument('survey')?.hash, read.measures.get('total-better')?.version]
  }
  const [hash, version] = hashesOf(survey, measures)
  const rewritten = replaced(
    survey,
    'title: Survey\nsource: made up',
    '# a note\nsource: "made up"\ntitle:   Survey',
  )
  t.same(hashesOf(rewritten, measures), [hash, version])
  t.same(
    hashesOf(survey, replaced(measures, '  of: could-improve\n  by: 2', '  by: 2\n  of: could-improve')),
    [hash, version],
  )
  t.not(hashesOf(replaced(survey, 'need: { atLeast: 2 }', 'need: { atLeast: 3 }'), measures)[0], hash)
  t.not(hashesOf(survey, replaced(measures, 'by: 2', 'by: 1'))[1], version)
  t.end()
})

const itemFields = 'expected one of id, text, required, reverse, type, range, labels'

/** One mistake in the sound instrument each, and all that is said about it. */
const instrumentMistakes: [from: string, to: string, ...faults: string[]][] = [
  [
    'title: Survey',
    'title: Survey\ncolour: red',
    '4: unknown field "colour" (expected one of instrument, version, title, source, licence, inForce, respondent, anonymous, comparableWith, expectedDays, items, scores)',
  ],
  ['title: Survey\n', '', '1: title is missing'],
  ['title: Survey', 'title:', '3: title is empty'],
  ['title: Survey', 'title: 12', '3: title must be text (a number or true and false in quotes)'],
  ['version: 1', 'version: one', '2: version must be a number'],
  ['version: 1', 'version: 1.5', '2: version must be a whole number'],
  ['version: 1', 'version: 0', '2: version must be at least 1'],
  [
    'instrument: survey',
    'instrument: Survey',
    '1: instrument must be kebab-case: small letters, digits and single hyphens, a letter first',
  ],
  ['respondent: self', 'respondent: nurse', '7: respondent must be one of self, parent, worker'],
  ['respondent: self', 'anonymous: yes', '7: anonymous must be allowed'],
  ['from: 2001-01-01', 'from: 2001-02-29', '6: inForce.from must be a date that exists, as YYYY-MM-DD'],
  ['until: 2030-12-31', 'until: 2000-12-31', '6: inForce: until must not be before from'],
  ['licence: free', 'licence: free\ntitle: Again', '6: the field "title" stands here a second time'],
  [
    'licence: free',
    'licence: [free',
    '6: is not well-formed YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['respondent: self', 'comparableWith: [2]', '7: comparableWith must name versions before 1'],
  [
    'type: yes-no',
    'type: maybe',
    '12: item safe: type must be one of scale, decimal, yes-no, count, choice, text',
  ],
  ['  - { id: safe, type: yes-no }', '  - safe', '12: item 4: must be a set of fields'],
  ['reverse: true', 'colour: red', `10: item q2: unknown field "colour" (${itemFields})`],
  ['required: true', 'required: 1', '10: item q2: required must be true or false'],
  [
    'id: q2',
    'id: q1',
    '10: item q1: id is taken by another one above',
    '19: score total: there is no item "q2"',
    '28: score average: there is no item "q2"',
  ],
  ['id: satisfied', 'id: case', '14: item case: id is the name of a column of every CSV: choose another'],
  [
    'range: [0, 3], labels',
    'range: [3, 0], labels',
    '9: item q1: range must be [low, high] with low below high, both whole numbers',
  ],
  [
    'range: [0, 3], labels',
    'range: [0, 2.5], labels',
    '9: item q1: range must be [low, high] with low below high, both whole numbers',
  ],
  [
    'range: [0, 3], labels',
    'range: 3, labels',
    '9: item q1: range must be [low, high] with low below high, both whole numbers',
  ],
  ['range: [0, 3], labels', 'labels', '9: item q1: range is missing'],
  [', High]', ']', '9: item q1: labels must be one for each of the 4 values 0 to 3, but there are 3'],
  [
    'range: [0, 10], places: 1',
    'range: [0, 10.25], places: 1',
    '11: item pain: range must have no more decimal places than places says (1)',
    '26: score pain: range is [0, 10], but its items make it [0, 10.25]',
  ],
  ['places: 1', 'places: 9', '11: item pain: places must be at most 4'],
  ['[agree, disagree]', '[agree, agree]', '14: item satisfied: values must not name the same value twice'],
  ['[agree, disagree]', '[]', '14: item satisfied: values must have at least 1 entry'],
  [', consentItem: safe', '', '15: item comment: consentItem is missing'],
  [
    'consentItem: safe',
    'consentItem: q1',
    '15: item comment: consentItem must be a yes-no item: there is none "q1"',
  ],
  ['method: sum', 'method: median', '20: score total: method must be one of sum, mean, count-needs, value'],
  ['    items: [q1, q2]', '    items: [q1, q3]', '19: score total: there is no item "q3"'],
  ['    items: [q1, q2]', '    items: [q1, q1]', '19: score total: items must not name the same item twice'],
  [
    '    items: [q1, q2]',
    '    items: [q1, comment]',
    '19: score total: item "comment" is of type text, which is never scored',
  ],
  ['    items: [q1, q2]\n', '', '17: score total: items is missing'],
  [
    '    items: [q1, q2]',
    '    items: [q1, q2]\n    scores: [pain]',
    '20: score total: scores belongs to method count-needs',
  ],
  [
    'items: [pain], method',
    'items: [pain, q1], method',
    '26: score pain: method value takes one item: use sum or mean for several',
  ],
  ['range: [0, 6]', 'range: [0, 27]', '21: score total: range is [0, 27], but its items make it [0, 6]'],
  ['range: [0, 6]', 'range: [6, 0]', '21: score total: range must be [low, high] with low below high'],
  [
    'range: [0, 100]',
    'range: [1, 100]',
    '27: score incidents: range is [1, 100], but its items make it [0, 1000000]',
  ],
  ['better: lower\n', 'better: up\n', '22: score total: better must be one of lower, higher'],
  [
    'prorateUpTo: 1',
    'prorateUpTo: 2',
    '23: score total: missing: prorateUpTo must be below 2, for something has to be answered',
  ],
  [
    'prorateUpTo: 1',
    'upTo: 1',
    '23: score total: missing.prorateUpTo is missing',
    '23: score total: missing: unknown field "upTo" (expected one of prorateUpTo)',
  ],
  [
    'need: { atLeast: 2 }',
    'need: { atLeast: 7 }',
    '24: score total: need atLeast must be above 0 and at most 6, or all or none would have the need',
  ],
  [
    'need: { atLeast: 2 }',
    'need: { atLeast: 0 }',
    '24: score total: need atLeast must be above 0 and at most 6, or all or none would have the need',
  ],
  [
    'need: { atLeast: 2 }',
    'need: { atMost: 2 }',
    '24: score total: need must be atLeast where lower is better',
  ],
  [
    'need: { atLeast: 2 }',
    'need: { atLeast: 2, atMost: 4 }',
    '24: score total: need must be { atLeast: number } or { atMost: number }',
  ],
  [
    'need: { atMost: 1.5 }',
    'need: { atMost: 4.75 }',
    '37: score metric: need atMost must be at least 0 and below 4.75, or all or none would have the need',
  ],
  [
    'need: { atMost: 1.5 }',
    'need: { atLeast: 1.5 }',
    '37: score metric: need must be atMost where higher is better',
  ],
  [
    ', level: 0.95',
    '',
    '25: score total: reliableChange must be { atLeast: number } or { sd: number, reliability: number, level: number }',
  ],
  ['reliability: 0.9', 'reliability: 1', '25: score total: reliableChange.reliability must be below 1'],
  [
    '{ sd: 1.5, reliability: 0.9, level: 0.95 }',
    '{ atLeast: 7 }',
    '25: score total: reliableChange: atLeast must be at most 6, the whole width of the range',
  ],
  [
    'id: pain, title',
    'id: total, title',
    '26: score total: id is taken by another one above',
    '29: score needs: there is no score "pain"',
  ],
  ['scores: [total, pain]', 'scores: [total, needs]', '29: score needs: "needs" counts needs itself'],
  [
    'scores: [total, pain]',
    'scores: [total, average]',
    '29: score needs: score "average" has no need to count',
  ],
  [
    'scores: [total, pain]',
    'scores: [total, total]',
    '29: score needs: scores must not name the same score twice',
  ],
  ['scores: [total, pain], ', '', '29: score needs: method count-needs needs scores: to count'],
  [
    'scores: [total, pain]',
    'items: [q1]',
    '29: score needs: method count-needs counts scores: name them in scores, not items',
  ],
  [
    'range: [0, 2], better',
    'range: [0, 9], better',
    '29: score needs: range is [0, 9], but the scores it counts make it [0, 2]',
  ],
  [', 2: 3, 3', ', 3', '36: score metric: convert must have every raw score from 0 to 3: 2 is not there'],
  ['3: 4.75 }', '3: 4.75, 4: 5 }', '36: score metric: convert has 4, but the raw score is [0, 3]'],
  ['{ 0: 0,', '{ none: 0,', '36: score metric: convert.none must have a whole number before the colon'],
  ['range: [0, 4.75]', 'range: [0, 5]', '34: score metric: range is [0, 5], but convert makes it [0, 4.75]'],
  [
    'range: [0, 4.75]',
    'places: 1\n    range: [0, 4.75]',
    '34: score metric: places must be 2 at least, for convert has numbers like that',
  ],
  [
    'items: [q1]\n',
    'items: [pain]\n',
    '36: score metric: convert needs raw scores that can be listed: whole numbers of items with a range, and not their mean',
  ],
]

t.test('every mistake in an instrument is said with its line and its reason', (t) => {
  for (const [from, to, ...faults] of instrumentMistakes) {
    const root = t.testdir({ instruments: { 'survey.v1.yaml': replaced(survey, from, to) } })
    const found = faultsOf(root).filter((fault) => !fault.includes('the file must be named'))
    t.same(
      found,
      faults.map((fault) => `instruments/survey.v1.yaml:${fault}`),
      `${from.trim()} -> ${to.trim()}`,
    )
  }
  t.end()
})

const measureFields =
  'expected one of measure, title, kind, where, instrument, score, end, countedBy, respondent, of, by, target'

/** One mistake in the sound measures each, and all that is said about it. */
const measureMistakes: [from: string, to: string, fault: string][] = [
  ['- measure: total-resolved\n  title', '- title', '1: measure 1: measure is missing'],
  [
    'measure: total-resolved',
    'measure: Total',
    '1: measure Total: measure must be kebab-case: small letters, digits and single hyphens, a letter first',
  ],
  [
    'title: No need',
    'colour: red\n  title: No need',
    `2: measure total-resolved: unknown field "colour" (${measureFields})`,
  ],
  [
    'measure: total-better',
    'measure: total-resolved',
    '9: measure total-resolved is already defined in measures/survey.yaml:1',
  ],
  ['instrument: survey\n', 'instrument: survy\n', '3: measure total-resolved: no instrument survy'],
  [
    'instrument: survey@1',
    'instrument: survey@2',
    '11: measure total-better: no version 2 of instrument survey',
  ],
  [
    'instrument: survey@1',
    'instrument: survey v1',
    '11: measure total-better: instrument must be the id of an instrument, or id@version',
  ],
  [
    'score: total\n  kind: resolved',
    'score: y\n  kind: resolved',
    '4: measure total-resolved: no score "y" in instrument survey',
  ],
  [
    'score: total\n  kind: improved',
    'score: y\n  kind: improved',
    '12: measure total-better: no score "y" in instrument survey@1',
  ],
  [
    'score: total\n  kind: resolved',
    'score: average\n  kind: resolved',
    '5: measure total-resolved: score "average" of survey does not say what the need is, which kind resolved asks for',
  ],
  [
    'score: total\n  kind: improved\n  of: could-improve',
    'score: average\n  kind: improved\n  of: need-at-start',
    '14: measure total-better: score "average" of survey@1 does not say what the need is, which of: need-at-start asks for',
  ],
  [
    'kind: resolved',
    'kind: solved',
    '5: measure total-resolved: kind must be one of resolved, improved, improved-or-sustained, deteriorated, reliably-improved, reliably-deteriorated, reliably-recovered, before-after, reduction, answered, all-of, any-of, share, completed, within-days, contact-every, count',
  ],
  ['end: end', 'end: start', '6: measure total-resolved: end must be one of end, review, follow-up'],
  [
    'end: end',
    'respondent: nurse',
    '6: measure total-resolved: respondent must be one of self, parent, worker',
  ],
  ['end: end', 'by: 1', '6: measure total-resolved: by belongs to kind improved'],
  ['end: end', 'of: need-at-start', '6: measure total-resolved: of belongs to kind improved'],
  [
    'closure: [planned]',
    'closure: planned',
    '7: measure total-resolved: where.closure must be a list of values without spaces (numbers in quotes), or { not: [...] }',
  ],
  [
    'closure: [planned]',
    'ageBand: [65]',
    '7: measure total-resolved: where.ageBand must be a list of values without spaces (numbers in quotes), or { not: [...] }',
  ],
  [
    'closure: [planned]',
    'closure: []',
    '7: measure total-resolved: where.closure must be a list of values without spaces (numbers in quotes), or { not: [...] }',
  ],
  [
    '{ not: [idva] }',
    '{ except: [idva] }',
    '7: measure total-resolved: where.cohort must be a list of values without spaces (numbers in quotes), or { not: [...] }',
  ],
  [
    'closure: [planned]',
    'reportedToPolice: [yes]',
    '7: measure total-resolved: where.reportedToPolice must be a list of true, false and not-stated, or { not: [...] }',
  ],
  [
    'closure: [planned]',
    'progress: [accept]',
    '7: measure total-resolved: where.progress must be a list of accepted, undecided, not-accepted, or { not: [...] }',
  ],
  [
    '{ closure: [planned], cohort: { not: [idva] } }',
    '{}',
    '7: measure total-resolved: where must name what a case has to be',
  ],
  ['end: end', 'countedBy: opened', '6: measure total-resolved: countedBy must be one of closed, assessed'],
  ['  kind: resolved\n', '', '1: measure total-resolved: kind is missing'],
  [
    'closure: [planned]',
    'colour: [red]',
    '7: measure total-resolved: where: unknown field "colour" (expected one of closure, cohort, crimeType, referralSource, reportedToPolice, ageBand, sex, ethnicity, disability, nationality, fundingStream, deliveredBy, area, progress)',
  ],
  ['green: 90', 'green: 900', '8: measure total-resolved: target.green must be 0 to 100'],
  ['amber: 70', 'amber: 95', '8: measure total-resolved: target must have amber no higher than green'],
  [
    'amber: 70',
    'amber: 70, better: lower',
    '8: measure total-resolved: target must have amber no lower than green where lower is better',
  ],
  [', amber: 70', '', '8: measure total-resolved: target.amber is missing'],
  ['by: 2', 'by: 0', '15: measure total-better: by must be above 0'],
  ['by: 2', 'by: 7', '15: measure total-better: by must be at most 6, the whole width of the range'],
  [
    'by: 2',
    'by: 0.5',
    '15: measure total-better: by must have no more decimal places than the score has (0)',
  ],
]

t.test('every mistake in a measure is said with its line and its reason', (t) => {
  for (const [from, to, fault] of measureMistakes) {
    const root = t.testdir({ ...sound, measures: { 'survey.yaml': replaced(measures, from, to) } })
    const found = faultsOf(root).map((one) =>
      one.replace(`${root}/`, '').replace(/in \S*measures\//, 'in measures/'),
    )
    t.same(found, [`measures/survey.yaml:${fault}`], `${from.trim()} -> ${to.trim()}`)
  }
  t.end()
})

/** A sound measure of every kind; a combined one stands before its parts. */
const ofEveryKind = `- measure: any-resolved
  title: Any gone
  kind: any-of
  measures: [total-gone, pain-gone]
- measure: all-well
  title: All well
  kind: all-of
  measures: [content, total-gone]
  counted: any
  achieved: none
- { measure: total-gone, title: Total gone, kind: resolved, instrument: survey, score: total }
- { measure: pain-gone, title: Pain gone, kind: resolved, instrument: survey@1, score: pain }
- measure: recovered
  title: Recovered
  kind: reliably-recovered
  instrument: survey
  score: total
  end: follow-up
  respondent: parent
- measure: fewer
  title: Fewer incidents
  kind: reduction
  instrument: survey
  score: incidents
  countedBy: assessed
- { measure: before, title: Before and after, kind: before-after, instrument: survey, score: total }
- measure: content
  title: Content
  kind: answered
  instrument: survey
  item: satisfied
  in: [agree]
  target: { green: 90, amber: 70 }
- measure: planned
  title: Planned
  kind: share
  achieved: { closure: [planned] }
- measure: finished
  title: Finished
  kind: completed
  closure: [planned]
- measure: seen
  title: Seen soon
  kind: within-days
  to: firstContactOn
  days: 5
- { measure: weekly, title: Weekly, kind: contact-every, days: 7 }
- measure: people
  title: People
  kind: count
  of: people
  where: { progress: { not: [undecided] } }
  target: { atLeast: 25 }
- { measure: nations, title: Nations, kind: count, distinct: nationality }
- measure: incidents
  title: Incidents
  kind: count
  instrument: survey
  item: incidents
`

const fieldsOf = {
  pair: 'measure, title, kind, where, instrument, score, end, countedBy, respondent, of, by, target',
  answered: 'measure, title, kind, where, target, instrument, item, respondent, stage, in',
  combined: 'measure, title, kind, where, target, measures, counted, achieved',
  share: 'measure, title, kind, where, target, of, achieved',
  completed: 'measure, title, kind, where, target, closure, window',
  withinDays: 'measure, title, kind, where, target, from, to, days, working',
  contactEvery: 'measure, title, kind, where, target, days',
  count: 'measure, title, kind, where, of, distinct, instrument, item, stage, respondent, target',
}

/** One mistake in the sound measures of every kind each, and all that is said about it. */
const mistakesOfKinds: [from: string, to: string, ...faults: string[]][] = [
  [
    'measures: [total-gone, pain-gone]',
    'measures: [total-gone, nothing]',
    '4: measure any-resolved: no measure nothing',
  ],
  [
    'measures: [total-gone, pain-gone]',
    'measures:\n    - total-gone\n    - nothing',
    '6: measure any-resolved: no measure nothing',
  ],
  [
    'measures: [total-gone, pain-gone]',
    'measures: [total-gone, total-gone]',
    '4: measure any-resolved: measure total-gone is named twice',
  ],
  [
    'measures: [total-gone, pain-gone]',
    'measures: []',
    '4: measure any-resolved: measures must have at least 1 entry',
  ],
  ['  measures: [total-gone, pain-gone]\n', '', '1: measure any-resolved: measures is missing'],
  ...(
    [
      ['planned', 'kind share'],
      ['people', 'kind count'],
      ['finished', 'kind completed'],
      ['all-well', 'kind all-of'],
      ['before', 'kind before-after'],
      ['fewer', 'countedBy: assessed'],
    ] as const
  ).map(([part, why]): [string, string, string] => [
    'measures: [total-gone, pain-gone]',
    `measures: [total-gone, ${part}]`,
    `4: measure any-resolved: measure ${part} (${why}) gives no verdict on a closed case of its own`,
  ]),
  [
    'measures: [total-gone, pain-gone]',
    'measures: [less]\n- { measure: less, title: Less, kind: reduction, instrument: survey, score: incidents }',
    '4: measure any-resolved: measure less (kind reduction) gives no verdict on a closed case of its own',
  ],
  ['counted: any', 'counted: some', '9: measure all-well: counted must be one of any, all'],
  ['achieved: none', 'achieved: most', '10: measure all-well: achieved must be one of any, all, none'],
  [
    'achieved: none',
    'score: total',
    `10: measure all-well: unknown field "score" (expected one of ${fieldsOf.combined})`,
  ],
  [
    'score: total\n  end: follow-up',
    'score: pain\n  end: follow-up',
    '15: measure recovered: score "pain" of survey has no published reliable change, which kind reliably-recovered asks for',
  ],
  [
    'kind: reliably-recovered\n  instrument: survey\n  score: total',
    'kind: reliably-deteriorated\n  instrument: survey\n  score: average',
    '15: measure recovered: score "average" of survey has no published reliable change, which kind reliably-deteriorated asks for',
  ],
  [
    'kind: reliably-recovered\n  instrument: survey\n  score: total',
    'kind: reliably-improved\n  instrument: survey\n  score: incidents',
    '15: measure recovered: score "incidents" of survey has no published reliable change, which kind reliably-improved asks for',
  ],
  ['respondent: parent', 'by: 2', '19: measure recovered: by belongs to kind improved'],
  [
    'respondent: parent',
    'days: 2',
    `19: measure recovered: unknown field "days" (expected one of ${fieldsOf.pair})`,
  ],
  [
    'score: incidents\n  countedBy',
    'score: average\n  countedBy',
    '22: measure fewer: score "average" of survey is not made of count items, which kind reduction asks for',
  ],
  [
    'kind: before-after, instrument: survey, score: total',
    'kind: before-after, instrument: survey, score: average',
    '26: measure before: score "average" of survey is neither 0 or 1 nor says what the need is, which kind before-after asks for',
  ],
  ['item: satisfied', 'item: content', '31: measure content: no item "content" in instrument survey'],
  [
    'instrument: survey\n  item: satisfied',
    'instrument: surveys\n  item: satisfied',
    '30: measure content: no instrument surveys',
  ],
  ['  item: satisfied\n', '', '27: measure content: item is missing'],
  ['  in: [agree]\n', '', '27: measure content: in is missing'],
  ['in: [agree]', 'in: []', '32: measure content: in must have at least 1 entry'],
  ['in: [agree]', 'in: [[agree]]', '32: measure content: in.0 must be text, a number, true or false'],
  [
    'in: [agree]',
    'in: [agree, agrees]',
    '32: measure content: in: entry 2 must be one of agree, disagree, as item "satisfied" of survey asks',
  ],
  [
    'item: satisfied\n  in: [agree]',
    'item: safe\n  in: [1]',
    '32: measure content: in: entry 1 must be true or false, as item "safe" of survey asks',
  ],
  [
    'item: satisfied\n  in: [agree]',
    'item: q1\n  in: [3, 2.5]',
    '32: measure content: in: entry 2 must be a whole number, 0 to 3, as item "q1" of survey asks',
  ],
  [
    'item: satisfied\n  in: [agree]',
    'item: comment\n  in: [thanks]',
    '32: measure content: in: entry 1 must not be free text, as item "comment" of survey asks',
  ],
  [
    'in: [agree]',
    'in: [agree]\n  stage: middle',
    '33: measure content: stage must be one of start, review, end, follow-up',
  ],
  [
    'in: [agree]',
    'in: [agree]\n  end: end',
    `33: measure content: unknown field "end" (expected one of ${fieldsOf.answered})`,
  ],
  [
    '{ green: 90, amber: 70 }',
    '{ atLeast: 25 }',
    '33: measure content: target.green is missing',
    '33: measure content: target.amber is missing',
    '33: measure content: target: unknown field "atLeast" (expected one of green, amber, better)',
  ],
  ['  achieved: { closure: [planned] }\n', '', '34: measure planned: achieved is missing'],
  [
    'achieved: { closure: [planned] }',
    'achieved: {}',
    '37: measure planned: achieved must name what a case has to be',
  ],
  [
    'achieved: { closure: [planned] }',
    'achieved: all',
    '37: measure planned: achieved must be a set of fields',
  ],
  [
    'achieved: { closure: [planned] }',
    'achieved: { progress: [closed] }',
    '37: measure planned: achieved.progress must be a list of accepted, undecided, not-accepted, or { not: [...] }',
  ],
  [
    'kind: share',
    'kind: share\n  of: people',
    '37: measure planned: of must be one of referred, started, closed, supported, open-at-end, new, held',
  ],
  [
    'kind: share',
    'kind: share\n  closure: [planned]',
    `37: measure planned: unknown field "closure" (expected one of ${fieldsOf.share})`,
  ],
  ['  closure: [planned]\n', '', '38: measure finished: closure is missing'],
  ['  closure: [planned]\n', '  closure: planned\n', '41: measure finished: closure must be a list'],
  [
    'kind: completed',
    'kind: completed\n  window: year',
    '41: measure finished: window must be one of rolling-year, period',
  ],
  [
    'kind: completed',
    'kind: completed\n  days: 5',
    `41: measure finished: unknown field "days" (expected one of ${fieldsOf.completed})`,
  ],
  ['  to: firstContactOn\n', '', '42: measure seen: to is missing'],
  ['to: firstContactOn', 'to: referredOn', '45: measure seen: to must be another date than from'],
  [
    'to: firstContactOn',
    'to: firstContact',
    '45: measure seen: to must be one of referredOn, firstContactOn, startedOn, closedOn',
  ],
  ['days: 5', 'days: -5', '46: measure seen: days must be at least 0'],
  ['days: 5', 'days: 2.5', '46: measure seen: days must be a whole number'],
  ['  days: 5\n', '', '42: measure seen: days is missing'],
  ['days: 5', 'days: 5\n  working: 5', '47: measure seen: working must be true or false'],
  [
    'days: 5',
    'days: 5\n  window: period',
    `47: measure seen: unknown field "window" (expected one of ${fieldsOf.withinDays})`,
  ],
  [', days: 7', '', '47: measure weekly: days is missing'],
  ['days: 7', 'days: 0', '47: measure weekly: days must be at least 1'],
  [
    'days: 7',
    'days: 7, working: true',
    `47: measure weekly: unknown field "working" (expected one of ${fieldsOf.contactEvery})`,
  ],
  [
    '  of: people\n',
    '',
    '50: measure people: kind count asks for of, distinct, or an item with its instrument',
  ],
  [
    'of: people',
    'of: persons',
    '51: measure people: of must be one of referred, started, closed, supported, open-at-end, new, held, contacts, hours, attendances, people',
  ],
  [
    'of: people',
    'of: people\n  distinct: nationality',
    '52: measure people: distinct cannot stand beside of: a count is of one thing',
  ],
  [
    'of: people',
    'of: people\n  instrument: survey\n  item: incidents',
    '53: measure people: item cannot stand beside of: a count is of one thing',
  ],
  [
    'of: people',
    'of: people\n  respondent: self',
    '52: measure people: respondent belongs to a count of an item',
  ],
  [
    'of: people',
    'of: people\n  score: total',
    `52: measure people: unknown field "score" (expected one of ${fieldsOf.count})`,
  ],
  [
    '{ atLeast: 25 }',
    '{ green: 90, amber: 70 }',
    '53: measure people: target: unknown field "green" (expected one of atLeast, atMost)',
    '53: measure people: target: unknown field "amber" (expected one of atLeast, atMost)',
    '53: measure people: target must have either atLeast or atMost',
  ],
  [
    '{ atLeast: 25 }',
    '{ atLeast: 25, atMost: 30 }',
    '53: measure people: target must have either atLeast or atMost',
  ],
  ['{ atLeast: 25 }', '{}', '53: measure people: target must have either atLeast or atMost'],
  ['{ atLeast: 25 }', '{ atLeast: -1 }', '53: measure people: target.atLeast must be at least 0'],
  [
    'distinct: nationality',
    'distinct: client',
    '54: measure nations: distinct must be one of closure, cohort, crimeType, referralSource, reportedToPolice, ageBand, sex, ethnicity, disability, nationality, fundingStream, deliveredBy, area, progress',
  ],
  [
    'distinct: nationality',
    'distinct: nationality, stage: end',
    '54: measure nations: stage belongs to a count of an item',
  ],
  [
    'item: incidents',
    'item: q1',
    '59: measure incidents: item "q1" of survey is no count, so that it has no total',
  ],
  ['item: incidents', 'item: crimes', '59: measure incidents: no item "crimes" in instrument survey'],
  ['  item: incidents\n', '', '55: measure incidents: item is missing'],
  [
    '  instrument: survey\n  item: incidents',
    '  item: incidents',
    '55: measure incidents: instrument is missing',
  ],
]

t.test('every mistake in a measure of any kind is said with its line and its reason', (t) => {
  t.same(faultsOf(t.testdir({ ...sound, measures: { 'survey.yaml': ofEveryKind } })), [])
  for (const [from, to, ...faults] of mistakesOfKinds) {
    const root = t.testdir({ ...sound, measures: { 'survey.yaml': replaced(ofEveryKind, from, to) } })
    t.same(
      faultsOf(root),
      faults.map((fault) => `measures/survey.yaml:${fault}`),
      `${from.trim()} -> ${to.trim()}`,
    )
  }
  t.end()
})

t.test('nothing is said about a part that cannot be read', (t) => {
  const broken = t.testdir({
    ...sound,
    measures: { 'survey.yaml': replaced(ofEveryKind, 'title: Pain gone', 'title: 5') },
  })
  t.same(faultsOf(broken), [
    'measures/survey.yaml:12: measure pain-gone: title must be text (a number or true and false in quotes)',
  ])
  const unreadable = t.testdir({
    ...sound,
    measures: {
      'a.yaml': '- measure: some\n  title: Some\n  kind: any-of\n  measures: [elsewhere]\n',
      'b.yaml': '- measure: [elsewhere\n',
    },
  })
  t.match(faultsOf(unreadable), [/^measures\/b\.yaml:2: is not well-formed YAML/])
  t.end()
})

t.test('sound measures of every kind are read with their defaults and their basis in words', (t) => {
  const read = loadDefinitions([t.testdir({ ...sound, measures: { 'survey.yaml': ofEveryKind } })]).measures
  const own = (id: string): unknown => {
    const none = { id, title: '', version: '', question: '' }
    const { id: _, title: __, version, question, ...rest } = read.get(id) ?? none
    t.match(version, /^[0-9a-f]{12}$/)
    t.match(question, /^[0-9a-f]{12}$/)
    return rest
  }
  const survey = { id: 'survey' }
  const ofPairs = { instrument: survey, end: 'end', countedBy: 'closed' }
  t.same(own('any-resolved'), {
    kind: 'any-of',
    measures: ['total-gone', 'pain-gone'],
    parts: [read.get('total-gone'), read.get('pain-gone')],
    counted: 'any',
    achieved: 'any',
    basis: 'counted in any of: Total gone | Pain gone',
  })
  t.same(own('all-well'), {
    kind: 'all-of',
    measures: ['content', 'total-gone'],
    parts: [read.get('content'), read.get('total-gone')],
    counted: 'any',
    achieved: 'none',
    basis: 'counted in any of: Content | Total gone',
  })
  t.same(own('pain-gone'), {
    ...ofPairs,
    kind: 'resolved',
    instrument: { id: 'survey', version: 1 },
    score: 'pain',
    basis: 'had the need at the start, and an end assessment',
  })
  t.same(own('recovered'), {
    ...ofPairs,
    kind: 'reliably-recovered',
    score: 'total',
    end: 'follow-up',
    respondent: 'parent',
    basis: 'had the need at the start, and a follow-up assessment; answered by a parent',
  })
  t.same(own('fewer'), {
    ...ofPairs,
    kind: 'reduction',
    score: 'incidents',
    countedBy: 'assessed',
    basis: 'had a start and an end assessment in the period, by the latest one, open cases too',
  })
  t.same(own('before'), {
    ...ofPairs,
    kind: 'before-after',
    score: 'total',
    basis: 'had a start and an end assessment',
  })
  t.same(own('content'), {
    kind: 'answered',
    instrument: survey,
    item: 'satisfied',
    stage: 'end',
    in: ['agree'],
    target: { green: 90, amber: 70 },
    basis: 'answered "satisfied" at the end',
  })
  t.same(own('planned'), {
    kind: 'share',
    of: 'closed',
    achieved: { closure: ['planned'] },
    basis: 'cases closed in the period',
  })
  t.same(own('finished'), {
    kind: 'completed',
    closure: ['planned'],
    window: 'period',
    basis: 'different people in support at any time in the period',
  })
  t.same(own('seen'), {
    kind: 'within-days',
    from: 'referredOn',
    to: 'firstContactOn',
    days: 5,
    working: false,
    basis: 'cases referred in the period whose first contact was due within 5 days of the referral',
  })
  t.same(own('weekly'), {
    kind: 'contact-every',
    days: 7,
    basis: 'cases in support that closed in the period, with contact at least every 7 days as the aim',
  })
  t.same(own('people'), {
    kind: 'count',
    of: 'people',
    where: { progress: { not: ['undecided'] } },
    target: { atLeast: 25 },
    basis: 'different people in support in the period; progress is not undecided',
  })
  t.same(own('nations'), {
    kind: 'count',
    distinct: 'nationality',
    basis: 'different values of nationality among cases in support in the period',
  })
  t.same(own('incidents'), {
    kind: 'count',
    total: { instrument: survey, item: 'incidents', stage: 'end' },
    basis: 'answers to "incidents" at the end, added up',
  })
  t.equal(read.size, 15)
  t.end()
})

t.test('what else a measure may say, and its basis', (t) => {
  const cases: [from: string, to: string, id: string, basis: string][] = [
    ['  counted: any\n  achieved: none\n', '', 'all-well', 'counted in all of: Content | Total gone'],
    ['in: [agree]', 'in: [agree]\n  stage: start', 'content', 'answered "satisfied" at the start'],
    [
      'kind: completed',
      'kind: completed\n  window: rolling-year',
      'finished',
      'different people in support at any time in the twelve months to the end of the period',
    ],
    [
      'days: 5',
      'days: 5\n  working: true',
      'seen',
      'cases referred in the period whose first contact was due within 5 working days of the referral',
    ],
    [
      'days: 5',
      'days: 56\n  from: startedOn',
      'seen',
      'cases referred in the period whose first contact was due within 56 days of the start of support',
    ],
    [
      'kind: share',
      'kind: share\n  of: held',
      'planned',
      'cases in support in the period that came into it before, or that continue',
    ],
    [
      'item: incidents',
      'item: incidents\n  stage: review\n  respondent: worker',
      'incidents',
      'answers to "incidents" at a review, added up; answered by a worker',
    ],
    [
      'of: people',
      'of: hours',
      'people',
      'hours of contacts and sessions held in the period, each once; progress is not undecided',
    ],
  ]
  for (const [from, to, id, basis] of cases) {
    const root = t.testdir({ ...sound, measures: { 'survey.yaml': replaced(ofEveryKind, from, to) } })
    t.equal(loadDefinitions([root]).measures.get(id)?.basis, basis, to)
  }
  const turned = replaced(
    ofEveryKind,
    'score: total }\n- { measure: pain',
    'score: total, countedBy: closed }\n- { measure: pain',
  )
  t.same(faultsOf(t.testdir({ ...sound, measures: { 'survey.yaml': turned } })), [])
  const yesNo = replaced(replaced(ofEveryKind, 'item: satisfied', 'item: safe'), 'in: [agree]', 'in: [true]')
  const content = loadDefinitions([t.testdir({ ...sound, measures: { 'survey.yaml': yesNo } })]).measures.get(
    'content',
  )
  t.match(content, { item: 'safe', in: [true] })
  const isSafe =
    '  - { id: is-safe, title: Safe, items: [safe], method: value, range: [0, 1], better: higher }\n'
  const withYesNo = t.testdir({
    instruments: { 'survey.v1.yaml': survey + isSafe },
    measures: {
      'survey.yaml': replaced(
        ofEveryKind,
        'before-after, instrument: survey, score: total',
        'before-after, instrument: survey, score: is-safe',
      ),
    },
  })
  t.same(faultsOf(withYesNo), [], 'before-after takes a score of 0 and 1 without a need')
  t.end()
})

t.test('a combined measure is a new one when a part is', (t) => {
  const versionsOf = (list: string): Map<string, string> => {
    const read = loadDefinitions([t.testdir({ ...sound, measures: { 'survey.yaml': list } })]).measures
    return new Map([...read].map(([id, { version }]) => [id, version]))
  }
  const changedBy = (from: string, to: string): string[] => {
    const later = versionsOf(replaced(ofEveryKind, from, to))
    return [...versionsOf(ofEveryKind)].filter(([id, version]) => later.get(id) !== version).map(([id]) => id)
  }
  t.same(changedBy('title: Any gone', '# a note\n  title: "Any gone"'), [])
  t.same(changedBy('title: All well\n  kind: all-of', 'kind: all-of\n  title:   All well'), [])
  t.same(changedBy('kind: resolved, instrument: survey@1', 'instrument: survey@1, kind: resolved'), [])
  t.same(changedBy('title: Pain gone', 'title: No pain'), ['any-resolved', 'pain-gone'])
  t.same(changedBy('score: total }\n', 'score: total, end: review }\n'), [
    'any-resolved',
    'all-well',
    'total-gone',
  ])
  t.same(changedBy('in: [agree]', 'in: [agree, disagree]'), ['all-well', 'content'])
  t.same(changedBy('measures: [total-gone, pain-gone]', 'measures: [pain-gone, total-gone]'), [
    'any-resolved',
  ])
  t.same(changedBy('title: Weekly', 'title: Every week'), ['weekly'])
  t.end()
})

/** One mistake in the sound figures each, and all that is said about it. */
const figureMistakes: [from: string, to: string, fault: string][] = [
  ['- figure: idva-fte\n  title', '- title', '1: figure 1: figure is missing'],
  [
    'figure: idva-fte',
    'figure: IDVA',
    '1: figure IDVA: figure must be kebab-case: small letters, digits and single hyphens, a letter first',
  ],
  [
    'figure: idva-fte',
    'figure: 3',
    '1: figure 1: figure must be text (a number or true and false in quotes)',
  ],
  ['  title: Advisers\n', '', '1: figure idva-fte: title is missing'],
  ['title: Advisers', 'title:', '2: figure idva-fte: title is empty'],
  ['title: Advisers', "title: ' '", '2: figure idva-fte: title must not be empty'],
  ['  type: number\n', '', '1: figure idva-fte: type is missing'],
  ['type: number', 'type: percent', '3: figure idva-fte: type must be one of number, text'],
  [
    'type: number',
    'type: number\n  unit: fte',
    '4: figure idva-fte: unknown field "unit" (expected one of figure, title, type)',
  ],
  [
    'figure: idva-fte',
    'figure: contract',
    '1: figure contract: figure must not be contract or period, which every reply has',
  ],
  ['figure: commentary', 'figure: idva-fte', '4: figure idva-fte is already defined in figures/own.yaml:1'],
  [
    '{ figure: commentary, title: Commentary, type: text }',
    'commentary',
    '4: figure 2: must be a set of fields',
  ],
]

t.test('every mistake in the names of figures is said with its line and its reason', (t) => {
  for (const [from, to, fault] of figureMistakes) {
    const root = t.testdir({ figures: { 'own.yaml': replaced(figures, from, to) } })
    const found = faultsOf(root).map((one) => one.replace(/in \S*figures\//, 'in figures/'))
    t.same(found, [`figures/own.yaml:${fault}`], `${from.trim()} -> ${to.trim()}`)
  }
  t.same(faultsOf(t.testdir({ figures: { 'own.yaml': 'figure: idva-fte' } })), [
    'figures/own.yaml:1: must be a list: each figure begins with "- figure:"',
  ])
  t.same(faultsOf(t.testdir({ figures: { 'own.yml': figures } })), [
    'figures/own.yml:1: only files named .yaml belong in figures',
  ])
  const twice = t.testdir({ figures: { 'a.yaml': figures, 'b.yaml': figures } })
  t.match(faultsOf(twice), [
    /^figures\/b\.yaml:1: figure idva-fte is already defined in \S*a\.yaml:1$/,
    /^figures\/b\.yaml:4: figure commentary is already defined in \S*a\.yaml:4$/,
  ])
  t.equal(loadDefinitions([t.testdir({})]).figures.size, 0, 'a missing folder is an empty one')
  t.end()
})

/** One mistake in the sound calendar each, and all that is said about it. */
const calendarMistakes: [from: string, to: string, fault: string][] = [
  ['- holiday: 2020-05-08\n  title', '- title', '1: holiday 1: holiday is missing'],
  [
    'holiday: 2020-05-08',
    'holiday: 2020-02-30',
    '1: holiday 2020-02-30: holiday must be a date that exists, as YYYY-MM-DD',
  ],
  [
    'holiday: 2020-05-08',
    'holiday: 8 May 2020',
    '1: holiday 8 May 2020: holiday must be a date that exists, as YYYY-MM-DD',
  ],
  [
    'holiday: 2020-05-08',
    'holiday: 2020',
    '1: holiday 1: holiday must be text (a number or true and false in quotes)',
  ],
  [
    'holiday: 2020-12-28',
    'holiday: 2020-12-26',
    '3: holiday 2020-12-26: holiday is on a Saturday or Sunday: name the weekday that stands for it',
  ],
  [
    'holiday: 2020-12-28',
    'holiday: 2020-05-08',
    '3: holiday 2020-05-08 is already defined in calendars/own.yaml:1',
  ],
  ['  title: Early May bank holiday\n', '', '1: holiday 2020-05-08: title is missing'],
  [
    'title: Early May bank holiday',
    'name: Early May bank holiday\n  title: May',
    '2: holiday 2020-05-08: unknown field "name" (expected one of holiday, title)',
  ],
]

t.test('every mistake in a calendar is said with its line and its reason', (t) => {
  for (const [from, to, fault] of calendarMistakes) {
    const root = t.testdir({ calendars: { 'own.yaml': replaced(calendar, from, to) } })
    const found = faultsOf(root).map((one) => one.replace(/in \S*calendars\//, 'in calendars/'))
    t.same(found, [`calendars/own.yaml:${fault}`], `${from.trim()} -> ${to.trim()}`)
  }
  t.equal(loadDefinitions([t.testdir({})]).bankHolidays.size, 0, 'a missing folder is an empty one')
  t.end()
})

t.test('what may be left out, and what else may be said', (t) => {
  const some = [
    replaced(survey, 'inForce: { from: 2001-01-01, until: 2030-12-31 }\n', ''),
    replaced(survey, 'respondent: self', 'anonymous: allowed'),
    replaced(survey, 'respondent: self', 'comparableWith: [1]'),
    survey.slice(0, survey.indexOf('scores:')),
  ].map((text) =>
    loadDefinitions([t.testdir({ instruments: { 'survey.v1.yaml': text } })]).instrument('survey'),
  )
  t.same(some[0]?.inForce, {})
  t.equal(some[1]?.anonymous, true)
  t.equal(some[1]?.respondent, 'self')
  t.same(some[2]?.comparableWith, [], 'a version is always comparable with itself')
  t.same(some[3]?.scores, [], 'feedback has no scores')
  const [from, to] = ['{ green: 90, amber: 70 }', '{ green: 5, amber: 10, better: lower }']
  const turned = t.testdir({ ...sound, measures: { 'survey.yaml': replaced(measures, from, to) } })
  t.same(loadDefinitions([turned]).measures.get('total-resolved')?.target, {
    green: 5,
    amber: 10,
    better: 'lower',
  })
  const conditions = t.testdir({
    ...sound,
    measures: {
      'survey.yaml': replaced(
        measures,
        'closure: [planned]',
        'reportedToPolice: { not: [true, not-stated] }',
      ),
    },
  })
  t.same(loadDefinitions([conditions]).measures.get('total-resolved')?.where, {
    reportedToPolice: { not: ['true', 'not-stated'] },
    cohort: { not: ['idva'] },
  })
  t.end()
})

const withheld = `instrument: licensed
version: 1
title: Licensed form
source: made up
licence: items must not be shown
items: withheld
scores:
  - { id: total, title: Total, range: [0, 40], better: lower, need: { atLeast: 10 } }
  - { id: index, title: Index, range: [0, 1], better: higher, places: 3 }
  - { id: metric, title: Metric, range: [5, 9.5], better: higher, convert: { 1: 5, 2: 9.5 } }
`

t.test('where the items are withheld, the totals are the answers', (t) => {
  const read = (text: string): string => t.testdir({ instruments: { 'licensed.v1.yaml': text } })
  const form = loadDefinitions([read(withheld)]).instrument('licensed')
  t.equal(form?.itemsWithheld, true)
  t.match(form?.items, [
    { id: 'total', type: 'scale', range: [0, 40] },
    { id: 'index', type: 'decimal', range: [0, 1], places: 3 },
    { id: 'metric', type: 'scale', range: [1, 2] },
  ])
  t.match(form?.scores, [
    { id: 'total', items: ['total'], method: 'value', places: 0 },
    { id: 'index', items: ['index'], method: 'value', places: 3 },
    { id: 'metric', items: ['metric'], method: 'value', places: 1 },
  ])
  const expected =
    'expected one of id, title, range, better, places, missing, need, reliableChange, convert, method'
  t.same(faultsOf(read(replaced(withheld, 'title: Total', 'title: Total, items: [q1]'))), [
    `instruments/licensed.v1.yaml:8: score total: unknown field "items" (${expected})`,
  ])
  t.end()
})

t.test('versions of one instrument', (t) => {
  const second = replaced(survey, 'version: 1', 'version: 2')
  const comparable = replaced(second, 'respondent: self', 'comparableWith: [1]')
  const both = (later: string): string =>
    t.testdir({ ...sound, instruments: { 'survey.v1.yaml': survey, 'survey.v2.yaml': later } })
  const read = loadDefinitions([both(comparable)])
  t.equal(read.instrument('survey')?.version, 2, 'both are in force: the newest is meant')
  t.equal(read.instrument('survey', 1)?.version, 1)
  t.same(read.instrument('survey', 2)?.comparableWith, [1])
  t.same(faultsOf(t.testdir({ instruments: { 'survey.v2.yaml': comparable } })), [
    'instruments/survey.v2.yaml:7: comparableWith: there is no version 1 of survey',
  ])
  const wider = replaced(
    replaced(comparable, '    items: [q1, q2]', '    items: [q1]'),
    'range: [0, 6]\n    better: lower\n    missing: { prorateUpTo: 1 }',
    'range: [0, 3]\n    better: lower',
  )
  t.same(faultsOf(both(wider)), [
    'instruments/survey.v2.yaml:7: comparableWith: score "total" of version 1 has another scale',
  ])
  t.end()
})

t.test('the files themselves', (t) => {
  const files = (instruments: Record<string, string | Buffer>): string[] =>
    faultsOf(t.testdir({ instruments }))
  t.same(files({ 'survey.yaml': survey }), [
    'instruments/survey.yaml:1: the file must be named survey.v1.yaml, after what it says',
  ])
  t.same(files({ 'survey.v1.yaml': '' }), ['instruments/survey.v1.yaml:1: is empty'])
  t.same(files({ 'survey.v1.yaml': '# nothing but a note\n' }), ['instruments/survey.v1.yaml:1: is empty'])
  t.same(files({ 'survey.v1.yaml': '- a list' }), ['instruments/survey.v1.yaml:1: must be a set of fields'])
  t.same(files({ 'survey.v1.yaml': `${survey}---\ntitle: two\n` }), [
    'instruments/survey.v1.yaml:38: a file holds one document: take out the line "---"',
  ])
  t.same(files({ 'survey.v1.yaml': Buffer.from('title: caf\u00e9', 'latin1') }), [
    'instruments/survey.v1.yaml:1: is not in UTF-8: save it as UTF-8',
  ])
  t.same(files({ 'survey.v1.yml': survey }), [
    'instruments/survey.v1.yml:1: only files named .yaml belong in instruments',
  ])
  t.same(files({ 'README.md': 'notes', '.hidden': '' }), [], 'notes and hidden files may lie beside them')
  t.same(faultsOf(t.testdir({ measures: { 'a.yaml': 'measure: a' } })), [
    'measures/a.yaml:1: must be a list: each measure begins with "- measure:"',
  ])
  t.same(faultsOf(t.testdir({ measures: { 'a.yaml': '- a' } })), [
    'measures/a.yaml:1: measure 1: must be a set of fields',
  ])
  t.same(faultsOf(t.testdir({})), [], 'a missing subfolder is an empty one')
  const missing = join(t.testdir({}), 'nowhere')
  t.match(faultsOf(missing), [/nowhere:1: there is no such folder$/])
  t.same(files({ 'survey.v1.yaml': survey.replaceAll('\n', '\r\n') }), [], 'lines may end as on Windows')
  t.end()
})

t.test('a further folder adds to the first and cannot change it', (t) => {
  const root = t.testdir({
    first: sound,
    second: {
      measures: {
        'more.yaml': replaced(
          measures.slice(measures.indexOf('- measure: total-better')),
          'total-better',
          'more',
        ),
      },
    },
    third: { instruments: { 'survey.v1.yaml': survey } },
  })
  const at = (name: string): string => join(root, name)
  t.same(
    [...loadDefinitions([at('first'), at('second')]).measures.keys()],
    ['total-resolved', 'total-better', 'more'],
  )
  t.equal(loadDefinitions([at('first'), at('first')]).measures.size, 2, 'a folder named twice is read once')
  t.throws(() => loadDefinitions([at('first'), at('third')]), {
    name: 'DefinitionFaults',
    message:
      /third\/instruments\/survey\.v1\.yaml:1: instrument survey@1 is already defined in .*first\/.*\.yaml:1$/,
  })
  t.end()
})

t.test('every fault of every file comes out at once', (t) => {
  const root = t.testdir({
    instruments: {
      'survey.v1.yaml': replaced(survey, 'method: sum', 'method: median'),
      'other.v1.yaml': 'instrument: other\n',
    },
    measures: { 'a.yaml': measures, 'b.yaml': replaced(measures, 'kind: resolved', 'kind: solved') },
  })
  const found = faultsOf(root)
  const inFile = (file: string): number => found.filter((fault) => fault.startsWith(file)).length
  t.equal(inFile('instruments/survey.v1.yaml'), 1)
  t.equal(inFile('instruments/other.v1.yaml'), 5, 'version, title, source, licence and items are missing')
  t.equal(inFile('measures/a.yaml'), 0, 'nothing is said about measures of an instrument that cannot be read')
  t.equal(inFile('measures/b.yaml'), 2, 'a wrong kind, and a measure that another file has')
  t.end()
})

t.test('what a measure asks does not change with its title', (t) => {
  const questionOf = (title: string): string[] => {
    const measures = { 'survey.yaml': replaced(ofEveryKind, 'title: Pain gone', `title: ${title}`) }
    const read = loadDefinitions([t.testdir({ ...sound, measures })]).measures.get('pain-gone')
    return [read?.version ?? '', read?.question ?? '']
  }
  const [before, after] = [questionOf('Pain gone'), questionOf('No pain')]
  t.not(before[0], after[0], 'it is another version')
  t.equal(before[1], after[1], 'of the same question')
  t.end()
})
