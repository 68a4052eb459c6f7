import t, { type Test } from 'tap'
import { DefinitionFaults, loadDefinitions } from '../../src/definitions.ts'

const sex = `list: sex
version: 1
title: Sex
source: made up
values:
  - { value: female, label: Female, codes: [F] }
  - { value: male, label: Male }
unstated:
  - { value: not-known, label: Not known, codes: [U] }
`
const disability = `list: disability
version: 1
title: Disability
source: made up
values: [{ value: yes, label: Yes }, { value: no, label: No }]
unstated: [{ value: not-known, label: Not known }]
questions:
  - { question: longTermCondition, text: A condition?, values: [{ value: yes, label: Yes }] }
derived:
  - { value: yes, where: { longTermCondition: [yes] } }
  - { value: not-known }
`
const template = (lists: string, ...rows: string[]): string => `return: small
version: 1
title: Small
status: unconfirmed
source: made up
disclosure: none
lists: [${lists}]
sections:
  - id: one
    rows:
${rows.map((row, at) => `      - { id: r${at + 1}, label: A row, measure: referrals, where: { sex: ${row} } }\n`).join('')}`

const measures = '- { measure: referrals, title: Referrals, kind: count, of: referred }\n'

/** The faults of a folder as file, line and reason. */
function faultsOf(t: Test, lists: Record<string, string>, returns: Record<string, string> = {}): string[] {
  const folder = t.testdir({ lists, measures: { 'm.yaml': measures }, returns })
  try {
    loadDefinitions([folder])
  } catch (error) {
    if (!(error instanceof DefinitionFaults)) throw error
    return error.faults.map(({ file, line, reason }) => `${file.split('/').at(-1)}:${line}: ${reason}`)
  }
  return []
}

t.test('a list is read, the newest version for what comes in', async (t) => {
  const newer = sex.replace('version: 1', 'version: 2').replace('label: Female', 'label: Woman')
  const folder = t.testdir({ lists: { 'sex.v1.yaml': sex, 'sex.v2.yaml': newer } })
  const { lists, listVersions } = loadDefinitions([folder])
  t.match(lists.get('sex'), { version: 2, source: 'made up', values: [{ label: 'Woman' }, {}], derived: [] })
  t.same(
    listVersions.map(({ version }) => version),
    [1, 2],
  )
  t.not(listVersions[0]?.hash, listVersions[1]?.hash)
})

t.test('every fault of a list is named with its file and line', async (t) => {
  const mistakes: [from: string, to: string, fault: string][] = [
    ['list: sex', 'list: shoe-size', '1: list must be one of age-band, sex, ethnicity, disability'],
    ['source: made up\n', '', '1: source is missing'],
    ['version: 1', 'version: 2', '1: the file must be named sex.v2.yaml, after what it says'],
    ['value: male', 'value: Male', '7: values.1.value must be kebab-case, or a band such as 25-34'],
    ['value: male', 'value: female', '7: female stands here a second time'],
    ['value: not-known', 'value: male', '9: male stands here a second time'],
    ['codes: [U]', 'codes: [F]', '9: F stands here a second time'],
    [
      'codes: [U]',
      'codes: [u]',
      '9: unstated.0.codes.0 must be one to four capitals and digits, a capital first',
    ],
    [
      'unstated:\n',
      'derived: [{ value: male }]\nunstated:\n',
      '8: questions and derived belong to the list disability',
    ],
  ]
  for (const [from, to, fault] of mistakes) {
    t.same(faultsOf(t, { 'sex.v1.yaml': sex.replace(from, to) }), [`sex.v1.yaml:${fault}`], to)
  }
  const twice = { 'sex.v1.yaml': sex, 'sex.v01.yaml': sex }
  t.match(faultsOf(t, twice), [/must be named sex\.v1\.yaml/, /list sex@1 is already defined in .*:1$/])
})

t.test('what follows from questions is checked', async (t) => {
  const mistakes: [from: string, to: string, fault: string][] = [
    ['- { value: not-known }\n', '', '9: derived: the last one, and no other, must be without where'],
    [
      '- { value: not-known }\n',
      '- { value: no }\n  - { value: yes, where: { longTermCondition: [yes] } }\n',
      '9: derived: the last one, and no other, must be without where',
    ],
    ['- { value: not-known }', '- { value: maybe }', '11: derived: there is no value maybe'],
    ['[yes] }', '[no] }', '10: derived: longTermCondition has no answer no'],
    [
      '{ longTermCondition: [yes] }',
      '{ activitiesReduced: [yes] }',
      '10: derived: activitiesReduced has no answer yes',
    ],
    [
      'values: [{ value: yes, label: Yes }] }',
      'values: [{ value: not-known, label: No }] }',
      '8: not-known stands here a second time',
    ],
  ]
  t.same(faultsOf(t, { 'disability.v1.yaml': disability }), [])
  for (const [from, to, fault] of mistakes) {
    const faults = faultsOf(t, { 'disability.v1.yaml': disability.replace(from, to) })
    t.equal(faults[0], `disability.v1.yaml:${fault}`, to)
  }
})

t.test('a template names every value of its lists, and no other', async (t) => {
  const all = ['[female]', '[male]', '[not-known, not-stated]']
  const others = '{ not: [female, male, not-known, not-stated] }'
  const cases: [text: string, expected: string[]][] = [
    [template('sex@1', ...all), []],
    [template('sex@1', ...all, others), []],
    [template('', '[female]', '[someone]'), []],
    [template('sex@2', ...all), ['7: there is no list sex@2']],
    [template('sex', ...all), ['7: lists.0 must be a list and its version, such as ethnicity@1']],
    [template('sex@1', '[female]', '[not-known]'), ['7: sex@1: no row asks for male, not-stated']],
    [template('sex@1', ...all, '[femail]'), ['14: row r4: femail is not in sex@1']],
    [
      template('sex@1', ...all, '{ not: [female, not-known, not-stated, men] }'),
      ['14: row r4: men is not in sex@1', '14: row r4: not leaves in male of sex@1'],
    ],
  ]
  for (const [text, expected] of cases) {
    t.same(
      faultsOf(t, { 'sex.v1.yaml': sex }, { 'small.v1.yaml': text }),
      expected.map((fault) => `small.v1.yaml:${fault}`),
      text.slice(text.indexOf('lists')),
    )
  }
})
