import t from 'tap'
import type { ContractMonth } from '../../src/domain/counts.ts'
import { monthPeriod, WHOLE_LIFE } from '../../src/domain/period.ts'
import { waitForCounts } from '../../src/services/outcomes/wait-for-counts.ts'
import type { Transact, Work } from '../../src/store/database.ts'
import type { Store } from '../../src/store/store.ts'

/** Whoever waits asks for June, for half a minute; a look at the marks takes a second of a clock that nothing else moves. */

const SECONDS = 30

/** @param looks the marks at each look, the last one for ever */
function waiting(looks: readonly ContractMonth[][]) {
  let seconds = 0
  const store = {
    marks: { waiting: () => Promise.resolve(looks[Math.min(seconds, looks.length) - 1] ?? []) },
  } as unknown as Store
  const transact: Transact = <T>(_actor: unknown, work: Work<T>) => work(store, () => undefined)
  const wait = waitForCounts({
    transact,
    clock: { now: () => new Date(seconds * 1000), today: () => '2019-07-01' },
    pause: () => {
      seconds++
      return Promise.resolve()
    },
  })
  return {
    seconds: () => seconds,
    wait: (read: () => Promise<{ pending: boolean }>) =>
      wait({ contractId: 'k', period: monthPeriod(201906), seconds: SECONDS }, read),
  }
}

const june = { contractId: 'k', month: 201906 }
const may = { contractId: 'k', month: 201905 }
const life = { contractId: 'k', month: WHOLE_LIFE }
const ofAnother = { contractId: 'other', month: 201906 }

t.test('it reads again once the months of the period are counted', async (t) => {
  const { wait, seconds } = waiting([[june], [life, may], [may, ofAnother]])
  const answers = [true, false]
  t.same(await wait(() => Promise.resolve({ pending: answers.shift() ?? true })), { pending: false })
  t.equal(seconds(), 3, 'whatever goes on in earlier months and other contracts')
  t.same(answers, [])
})

t.test('an answer that hangs on an earlier month is read until it is counted', async (t) => {
  const { wait, seconds } = waiting([[may]])
  t.same(await wait(() => Promise.resolve({ pending: seconds() < 5 })), { pending: false })
  t.equal(seconds(), 5)
})

t.test('when the time is over, it answers with what there is', async (t) => {
  const { wait, seconds } = waiting([[june]])
  t.same(await wait(() => Promise.resolve({ pending: true })), { pending: true })
  t.equal(seconds(), SECONDS)
})
