import postgres from 'postgres'
import t from 'tap'
import { describeError } from '../../src/process/logger.ts'

t.test('of errors thrown as one, each of the first is told, and none quotes what was sent', async (t) => {
  const told = Object.assign(new Error('it is in the way'), { code: 'E1' })
  const quoting = Object.assign(new postgres.PostgresError('Key (ref)=(Jane) is there'), { code: '23505' })
  const many = new AggregateError(
    [told, quoting, ...Array.from({ length: 9 }, () => new Error('x'))],
    '11 failed',
  )
  const { type, message, errors } = describeError(many)
  t.same([type, message, errors?.length], ['AggregateError', '11 failed', 5])
  t.match(errors?.[0], { type: 'Error', message: 'it is in the way', code: 'E1' })
  t.match(errors?.[1], { type: 'PostgresError', code: '23505', message: undefined })
  t.notMatch(JSON.stringify(describeError(many)), /Jane/)
  t.notOk('errors' in describeError(told))
})
