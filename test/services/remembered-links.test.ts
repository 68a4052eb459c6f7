import t from 'tap'
import { linksBetween } from '../../src/domain/disclosure/links/links.ts'
import { movesIn, seriesOf } from '../../src/domain/disclosure/series.ts'
import { rememberLinks } from '../../src/services/outcomes/remembered-links.ts'
import { aMeasure, aPlan, bySubject, countAll, inSupport, moved } from '../domain/counting/a-case.ts'

const onScore = { instrument: { id: 'phq' }, score: 'total', end: 'end', countedBy: 'closed' } as const
const plan = aPlan([
  aMeasure('resolved', { ...onScore, kind: 'resolved' }),
  aMeasure('worse', { ...onScore, kind: 'deteriorated' }),
])
const series = seriesOf({ instruments: ['phq'] }, plan, '2024-01-01')

/** Counts of so many people, each of whom went from the first score to the second one. */
function countsOf(people: number, start: number, end: number) {
  const cases = Array.from({ length: people }, (_, at) =>
    inSupport(`VF-${at}`, '2019-01-08', '2019-03-31', { assessments: moved('phq', start, end) }),
  )
  const { byMonth, life } = countAll({ cases }, plan)
  return bySubject([...byMonth, ...life].filter(({ by }) => by === ''))
}

t.test('links are found once, however many people made the same moves', (t) => {
  const linksOf = rememberLinks()
  const counts = countsOf(3, 15, 4)
  const first = linksOf(series, plan, counts)
  t.strictSame(first, linksBetween(series, plan, movesIn(counts, plan)))
  t.equal(linksOf(series, plan, countsOf(9, 15, 4)), first)
  t.end()
})

t.test('and anew for other moves, and for another plan', (t) => {
  const linksOf = rememberLinks()
  const first = linksOf(series, plan, countsOf(3, 15, 4))
  const worse = countsOf(3, 4, 15)
  t.strictSame(linksOf(series, plan, worse), linksBetween(series, plan, movesIn(worse, plan)))
  t.not(linksOf(series, plan, worse), first)
  const fewer = aPlan(plan.measures.slice(0, 1).map(({ measure }) => measure))
  const itsSeries = seriesOf({ instruments: ['phq'] }, fewer, '2024-01-01')
  const own = linksOf(itsSeries, fewer, worse)
  t.strictSame(own, linksBetween(itsSeries, fewer, movesIn(worse, fewer)))
  t.end()
})
