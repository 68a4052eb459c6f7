import fc from 'fast-check'
import t from 'tap'
import { isAmong, isApart } from '../../../../src/domain/disclosure/links/whose.ts'
import { matchesWhere, type CaseFacts, type Where } from '../../../../src/domain/measures/where.ts'

const planned: Where = { closure: ['planned'] }
const idva: Where = { cohort: ['idva'] }

t.test('who is among whom', async (t) => {
  t.ok(isAmong(planned, {}), 'all are among everybody')
  t.notOk(isAmong({}, planned))
  t.ok(isAmong({ ...planned, sex: ['female'] }, planned))
  t.ok(isAmong(planned, { closure: ['planned', 'declined'] }))
  t.notOk(isAmong({ closure: ['planned', 'declined'] }, planned))
  t.ok(isAmong({ closure: { not: ['planned', 'declined'] } }, { closure: { not: ['planned'] } }))
  t.notOk(isAmong({ closure: { not: ['planned'] } }, { closure: { not: ['planned', 'declined'] } }))
  t.ok(isAmong(planned, { closure: { not: ['declined'] } }))
  t.notOk(isAmong(planned, { closure: { not: ['planned'] } }))
  t.notOk(isAmong(idva, { cohort: { not: ['isva'] } }), 'a case may be in both')
})

t.test('who is apart from whom', async (t) => {
  t.ok(isApart(planned, { closure: ['declined'] }))
  t.ok(isApart({ ...planned, sex: ['female'] }, { closure: ['declined'], sex: ['female'] }))
  t.notOk(isApart(planned, { closure: ['declined', 'planned'] }))
  t.notOk(isApart(planned, { sex: ['female'] }))
  t.ok(isApart(planned, { closure: { not: ['planned', 'declined'] } }))
  t.ok(isApart({ cohort: { not: ['idva', 'isva'] } }, idva), 'who is in one is not in none')
  t.notOk(isApart(idva, { cohort: ['isva'] }), 'a case may be in both')
})

const choiceOf = (values: readonly string[]) =>
  fc.oneof(
    fc.subarray([...values], { minLength: 1 }),
    fc.subarray([...values], { minLength: 1 }).map((not) => ({ not })),
  )
const where: fc.Arbitrary<Where> = fc.record(
  {
    closure: choiceOf(['planned', 'declined', 'not-stated']),
    cohort: choiceOf(['idva', 'isva', 'not-stated']),
    sex: choiceOf(['female', 'male', 'not-stated']),
  },
  { requiredKeys: [] },
)
/** Every case there is, as far as these fields go. */
const cases: readonly CaseFacts[] = ['planned', 'declined', null].flatMap((closure) =>
  [[], ['idva'], ['isva'], ['idva', 'isva']].flatMap((cohorts) =>
    ['female', 'male', undefined].map((sex) => ({ closure, cohorts, characteristics: { sex } })),
  ),
)

t.test('it is so of every case', async (t) => {
  t.doesNotThrow(() => {
    fc.assert(
      fc.property(where, where, (one, other) => {
        const inOne = cases.filter((facts) => matchesWhere(one, facts))
        const inBoth = inOne.filter((facts) => matchesWhere(other, facts))
        return (
          (!isAmong(one, other) || inBoth.length === inOne.length) &&
          (!isApart(one, other) || inBoth.length === 0)
        )
      }),
      { numRuns: 3000 },
    )
  })
})
