import t from 'tap'
import { bundlesOf } from '../../../../src/domain/disclosure/links/bundles.ts'
import type { Link } from '../../../../src/domain/disclosure/links/link.ts'

const told = (series: string, value?: string) => ({
  ...{ series, count: 'pairs' },
  ...(value !== undefined && { of: { by: 'sex', value } }),
})

t.test('links between the same series are one bundle, unless they are about other groups', async (t) => {
  const links: Link[] = [
    { whole: told('all'), parts: [told('some')] },
    { whole: { series: 'all', count: 'improved' }, parts: [{ series: 'some', count: 'met' }] },
    { whole: told('all', 'female'), parts: [told('some')], isSame: true },
    { whole: told('all', 'male'), parts: [told('some')] },
  ]
  const found = (bundlesOf(links).get('some') ?? []).map(({ isAcrossGroups, terms, links }) => [
    isAcrossGroups,
    terms.map(({ of }) => of.value).join('/'),
    links.map(({ at, isSame }) => [at, isSame]),
  ])
  t.same(found, [
    [
      false,
      '/',
      [
        [0, false],
        [1, false],
      ],
    ],
    [true, 'female/', [[2, true]]],
    [true, 'male/', [[3, false]]],
  ])
})
