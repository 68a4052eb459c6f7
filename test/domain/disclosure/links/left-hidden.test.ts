import t from 'tap'
import { isEnoughLeft, type GroupsTold } from '../../../../src/domain/disclosure/links/left-hidden.ts'

/** What stays hidden where two figures on one score hide different groups; all numbers by hand. */

const isFit = (count: number): boolean => count === 0 || count >= 5

type Numbers = Record<string, number>
const told = (all: Numbers, groups: Record<string, Numbers>, hidden: readonly string[]): GroupsTold => {
  const counted = (value: string) => new Map(Object.entries(groups[value] ?? {}))
  return {
    all: new Map(Object.entries(all)),
    counted,
    shown: (value) => (hidden.includes(value) ? undefined : counted(value)),
  }
}
const link = (whole: string, part: string, isSame: boolean) => ({ at: 0, counts: [whole, part], isSame })

t.test('two figures of the same people that hide different groups leave what both hide', async (t) => {
  const values = ['arson', 'burglary', 'fraud', 'hate']
  const improved = { arson: { n: 8 }, burglary: { n: 35 }, fraud: { n: 0 }, hate: { n: 1 } }
  const whole = (hidden: string[]) => told({ n: 44 }, improved, hidden)
  const same = [link('n', 'n', true)]
  const isEnough = (one: string[], other: string[]): boolean =>
    isEnoughLeft(same, { whole: whole(one), part: whole(other), values }, isFit)
  t.notOk(isEnough(['arson', 'fraud', 'hate'], ['burglary', 'fraud', 'hate']), '44 - 35 - 8 is one person')
  t.notOk(isEnough(['burglary', 'fraud', 'hate'], ['arson', 'fraud', 'hate']), 'either way')
  t.ok(isEnough(['burglary', 'fraud', 'hate'], ['burglary', 'fraud', 'hate']), '44 - 8 are 36')
  t.ok(isEnough(['burglary', 'fraud', 'hate'], values), 'what only one shows is 36 and no other number')
})

t.test(
  'some of the people of a figure follow from it and from those who are told of elsewhere',
  async (t) => {
    const values = ['a', 'b', 'c']
    const improved = { a: { n: 20 }, b: { n: 9 }, c: { n: 12 } }
    const resolved = { a: { n: 18 }, b: { n: 7 }, c: { n: 2 } }
    const whole = told({ n: 41 }, improved, ['a', 'b'])
    const isEnough = (hidden: string[]): boolean =>
      isEnoughLeft([link('n', 'n', false)], { whole, part: told({ n: 27 }, resolved, hidden), values }, isFit)
    t.notOk(isEnough(['c']), '41 - 12 - 18 - 7 are four who are better, but have the need still')
    t.ok(isEnough(['b', 'c']), '41 - 12 - 18 are eleven')
    t.ok(isEnough(['a', 'b', 'c']))
  },
)

t.test('of a group that a figure of the same people tells of, nothing is hidden', async (t) => {
  // Of those with a need at the start: a has 40 of 42 better, and c's 15 are told by the change of the score.
  const values = ['a', 'b', 'c']
  const reduced = {
    a: { numerator: 40, complement: 2 },
    b: { numerator: 16, complement: 38 },
    c: { numerator: 15, complement: 19 },
  }
  const change = { a: { improved: 40 }, b: { improved: 16 }, c: { improved: 15 } }
  const part = told({ numerator: 71, complement: 59 }, reduced, ['a', 'c'])
  const isEnough = (isSame: boolean, hidden: string[]): boolean =>
    isEnoughLeft(
      [link('improved', 'numerator', isSame)],
      { whole: told({ improved: 71 }, change, hidden), part, values },
      isFit,
    )
  t.notOk(isEnough(true, ['a', 'b']), '71 - 15 - 16 are enough, and 59 - 19 - 38 are two')
  t.ok(isEnough(true, ['a', 'c']))
  t.ok(isEnough(false, ['a', 'b']), 'others may be among those who improved')
})

t.test('beside a figure that is not shown nothing follows', async (t) => {
  const groups = { a: { n: 8 }, b: { n: 1 } }
  const whole = { ...told({ n: 9 }, groups, ['a', 'b']), all: undefined }
  const part = told({ n: 9 }, groups, ['b'])
  t.ok(isEnoughLeft([link('n', 'n', false)], { whole, part, values: ['a', 'b'] }, isFit))
})
