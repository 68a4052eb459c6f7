import t from 'tap'
import { loadDefinitions, surveysFolder } from '../../../src/definitions.ts'
import { harmonise } from '../../../src/domain/casework/harmonise.ts'

const { lists } = loadDefinitions([surveysFolder])

/** As the NHS Data Dictionary gives its 16 ethnic categories of 2001, and where nothing was said. */
const ofNhs: readonly [code: string, inNhs: string, value: string][] = [
  ['A', 'White: British', 'white-british'],
  ['B', 'White: Irish', 'white-irish'],
  ['C', 'White: any other', 'white-other'],
  ['D', 'Mixed: White and Black Caribbean', 'mixed-white-and-black-caribbean'],
  ['E', 'Mixed: White and Black African', 'mixed-white-and-black-african'],
  ['F', 'Mixed: White and Asian', 'mixed-white-and-asian'],
  ['G', 'Mixed: any other', 'mixed-other'],
  ['H', 'Asian: Indian', 'asian-indian'],
  ['J', 'Asian: Pakistani', 'asian-pakistani'],
  ['K', 'Asian: Bangladeshi', 'asian-bangladeshi'],
  ['L', 'Asian: any other', 'asian-other'],
  ['M', 'Black: Caribbean', 'black-caribbean'],
  ['N', 'Black: African', 'black-african'],
  ['P', 'Black: any other', 'black-other'],
  ['R', 'Other: Chinese', 'asian-chinese'],
  ['S', 'Other: any other', 'other'],
  ['Z', 'Not stated: was asked, and declined', 'prefer-not-to-say'],
]

t.test('the lists that come with the package', async (t) => {
  t.same([...lists.keys()].sort(), ['age-band', 'disability', 'ethnicity', 'sex'])
  const ethnicity = lists.get('ethnicity')
  // Census 2021: White 5, Mixed 4, Asian 5, Black 3, Other 2.
  const first = (ethnicity?.values ?? []).map(({ value }) => value.split('-')[0])
  const inGroup = (name: string) => first.filter((one) => one === name).length
  t.same(['white', 'mixed', 'asian', 'black'].map(inGroup), [5, 4, 5, 3])
  t.equal(first.length, 19)
  const codes = [...(ethnicity?.values ?? []), ...(ethnicity?.unstated ?? [])].flatMap((one) => one.codes)
  t.same(
    codes.toSorted(),
    ofNhs.map(([code]) => code),
    '16 + 1',
  )
  for (const { id, source, unstated } of lists.values()) {
    t.same(
      unstated.map(({ value }) => value),
      ['not-asked', 'not-known', 'prefer-not-to-say'],
      id,
    )
    t.ok(source.length > 20, id)
  }
})

t.test('a code is kept as the value that it stands for', async (t) => {
  for (const [code, inNhs, value] of ofNhs) {
    t.same(
      harmonise({ ethnicity: code, sex: 'female' }, lists),
      {
        characteristics: { ethnicity: value, sex: 'female' },
        faults: [],
      },
      inNhs,
    )
  }
})

t.test('a code that no list has is refused, and any word is kept', async (t) => {
  const given = { ethnicity: 'Q', sex: 'F', ageBand: '80-plus', nationality: 'GB' }
  t.same(harmonise(given, lists).faults, [
    { pointer: '/characteristics/sex', detail: 'is no code of its list' },
    { pointer: '/characteristics/ethnicity', detail: 'is no code of its list' },
  ])
  const own = { ethnicity: 'a', sex: 'another', ageBand: '80-plus', nationality: 'GB', disability: 'hearing' }
  t.same(harmonise(own, lists), { characteristics: own, faults: [] })
  t.same(harmonise({}, lists), { characteristics: {}, faults: [] })
})

/** By the Equality Act 2010: a long-lasting condition that reduces what somebody can do, a lot or a little. */
const answered: readonly [condition: string | undefined, reduced: string | undefined, disability: string][] =
  [
    ['yes', 'a-lot', 'yes'],
    ['yes', 'a-little', 'yes'],
    ['yes', 'not-at-all', 'no'],
    ['no', undefined, 'no'],
    ['no', 'not-asked', 'no'],
    ['yes', undefined, 'not-known'],
    ['yes', 'not-known', 'not-known'],
    ['yes', 'not-asked', 'not-asked'],
    ['yes', 'prefer-not-to-say', 'prefer-not-to-say'],
    ['not-known', undefined, 'not-known'],
    ['not-asked', undefined, 'not-asked'],
    ['prefer-not-to-say', undefined, 'prefer-not-to-say'],
    [undefined, 'a-lot', 'not-known'],
  ]

t.test('disability follows from the two questions', async (t) => {
  for (const [longTermCondition, activitiesReduced, disability] of answered) {
    const given = {
      ...(longTermCondition && { longTermCondition }),
      ...(activitiesReduced && { activitiesReduced }),
    }
    const expected = { characteristics: { ...given, disability }, faults: [] }
    const name = `${longTermCondition}, ${activitiesReduced}`
    t.same(harmonise(given, lists), expected, name)
    t.same(harmonise({ ...given, disability }, lists), expected, `${name}: as it was read`)
  }
  t.same(harmonise({ longTermCondition: 'no', disability: 'yes' }, lists).faults, [
    {
      pointer: '/characteristics/disability',
      detail: 'does not follow from what was answered: leave it out',
    },
  ])
  t.same(harmonise({ longTermCondition: 'often', activitiesReduced: 'yes' }, lists).faults, [
    { pointer: '/characteristics/longTermCondition', detail: 'is no answer of its list' },
    { pointer: '/characteristics/activitiesReduced', detail: 'is no answer of its list' },
  ])
})
