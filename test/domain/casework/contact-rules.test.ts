import t from 'tap'
import { checkContact, contactFrom } from '../../../src/domain/casework/contact-rules.ts'

t.test('a contact is held today or earlier', async (t) => {
  t.same(checkContact({ on: '2019-01-09' }, '2019-01-09'), [])
  t.same(checkContact({ on: '2019-01-10' }, '2019-01-09'), [
    { pointer: '/on', detail: 'must not be in the future' },
  ])
  t.same(checkContact({}, '2019-01-09'), [], 'a day that could not be read has its fault already')
})

t.test('what is left out is not known, but somebody was reached', async (t) => {
  const body = Object.freeze({ cases: ['b', 'a', 'B', '10', '9'], on: '2019-01-09', kind: 'group' })
  t.same(contactFrom('k', body), {
    ref: 'k',
    caseRefs: ['10', '9', 'B', 'a', 'b'],
    heldOn: '2019-01-09',
    kind: 'group',
    minutes: null,
    reached: true,
    attendees: null,
    sourceUpdatedAt: null,
  })
  const told = {
    ...body,
    minutes: 0,
    reached: false,
    attendees: 0,
    sourceUpdatedAt: '2026-11-22T02:10:00.000Z',
  }
  t.match(contactFrom('k', told), {
    minutes: 0,
    reached: false,
    attendees: 0,
    sourceUpdatedAt: '2026-11-22T02:10:00.000Z',
  })
})
