import type { FigureName } from '../../domain/figure-name.ts'
import type { Instrument, Item } from '../../domain/instrument.ts'
import type { Measure } from '../../domain/measure.ts'
import type { Finding, Path } from '../yaml-source.ts'
import { type Asked, answerKinds, type FeedbackGroup, type PeopleGroup } from './people-shape.ts'
import type { Grant, Portfolio, PortfolioContract, PublishedFigure } from './portfolio-shape.ts'

/** What the portfolios may name. */
export interface Known {
  instruments: readonly Instrument[]
  measures: ReadonlyMap<string, Measure>
  figures: ReadonlyMap<string, FigureName>
}

/** Everything in a portfolio that names what is not there, or of which a part is more than its whole. */
export function portfolioFindings(portfolio: Portfolio, known: Known): Finding[] {
  const { commissioner, organisations, contracts, grants } = portfolio
  const kinds = new Map(organisations.map(({ id, kind }) => [id, kind]))
  kinds.set(commissioner.id, 'commissioner')
  const ids = contracts.map(({ contract }) => contract)
  return [
    ...contracts.flatMap((contract, at) => [
      ...(ids.indexOf(contract.contract) < at
        ? [finding(['contracts', at, 'contract'], 'the contract is described twice')]
        : []),
      ...within(
        ['contracts', at],
        `contract ${contract.contract}`,
        contractFindings(contract, { known, kinds }),
      ),
    ]),
    ...grants.flatMap((grant, at) =>
      within(['grants', at], `grant ${grant.grant}`, grantFindings(grant, ids)),
    ),
  ]
}

const finding = (path: Path, reason: string): Finding => ({ path, reason })

const within = (path: Path, name: string, findings: readonly Finding[]): Finding[] =>
  findings.map((one) => finding([...path, ...one.path], `${name}: ${one.reason}`))

interface Around {
  known: Known
  kinds: ReadonlyMap<string, 'provider' | 'commissioner'>
}

function contractFindings(contract: PortfolioContract, { known, kinds }: Around): Finding[] {
  const { provider, partners, commissioners, funding, instruments, targets, published } = contract
  const { people, feedback, figures } = contract
  const organisation = (id: string, kind: 'provider' | 'commissioner', path: Path): Finding[] =>
    kinds.get(id) === kind ? [] : [finding(path, `no ${kind} ${id} among the organisations`)]
  const findings = [
    ...organisation(provider, 'provider', ['provider']),
    ...partners.flatMap((id, at) => organisation(id, 'provider', ['partners', at])),
    ...commissioners.flatMap((id, at) => organisation(id, 'commissioner', ['commissioners', at])),
    ...funding.flatMap(({ commissioner }, at) =>
      commissioner === undefined || commissioners.includes(commissioner)
        ? []
        : [
            finding(
              ['funding', at, 'commissioner'],
              `${commissioner} is not among the contract's commissioners`,
            ),
          ],
    ),
    ...instruments.flatMap((id, at) =>
      known.instruments.some((one) => one.id === id)
        ? []
        : [finding(['instruments', at], `no instrument ${id}`)],
    ),
    ...published.flatMap((one, at) =>
      within(['published', at], one.label, publishedFindings(one, contract, known)),
    ),
    ...Object.keys(targets).flatMap((id) =>
      published.some(({ measure }) => measure === id)
        ? []
        : [finding(['targets', id], `${id} is no measure that is published of the contract`)],
    ),
    ...figures.flatMap(({ values }, at) =>
      Object.keys(values).flatMap((id) =>
        known.figures.has(id) ? [] : [finding(['figures', at, 'values', id], `no figure ${id}`)],
      ),
    ),
  ]
  const earlier = people.map((_, at) => people.slice(0, at).reduce((sum, { cases }) => sum + cases, 0))
  return [
    ...findings,
    ...people.flatMap((group, at) =>
      within(['people', at], `group ${at + 1}`, [
        ...groupFindings(group, contract, known),
        ...atMost(group.returning, Math.min(group.cases, earlier[at] ?? 0), ['returning'], 'returning', [
          'the cases of the group, and of those before it',
        ]),
      ]),
    ),
    ...feedback.flatMap((group, at) =>
      within(['feedback', at], `feedback ${at + 1}`, feedbackFindings(group, contract, known)),
    ),
  ]
}

function atMost(part: number, whole: number, path: Path, name: string, [of]: [string]): Finding[] {
  return part <= whole ? [] : [finding(path, `${name} must be at most ${whole}, ${of}`)]
}

function publishedFindings(one: PublishedFigure, contract: PortfolioContract, known: Known): Finding[] {
  if (one.figure !== undefined && !known.figures.has(one.figure))
    return [finding(['figure'], `no figure ${one.figure}`)]
  if (one.score !== undefined) return scoreFindings(one.score, contract, known)
  if (one.measure === undefined) return []
  const measure = known.measures.get(one.measure)
  if (measure === undefined) return [finding(['measure'], `no measure ${one.measure}`)]
  const isCount = measure.kind === 'count'
  const asRate = (['percent', 'overPercent', 'at'] as const).filter((name) => one[name] !== undefined)
  const asCount = (['count', 'over', 'atLeast', 'perMonth'] as const).filter(
    (name) => one[name] !== undefined,
  )
  const misplaced = isCount ? asRate : asCount
  const atBoth =
    one.at !== undefined && measure.kind !== 'before-after'
      ? [finding(['at'], 'at belongs to a measure of kind before-after')]
      : []
  return [
    ...misplaced.map((name) =>
      finding(
        [name],
        `${name} says nothing about ${one.measure ?? ''}, which is ${isCount ? 'a' : 'no'} count`,
      ),
    ),
    ...(isCount ? [] : atBoth),
  ]
}

function scoreFindings(name: string, { instruments }: PortfolioContract, known: Known): Finding[] {
  const [instrument = '', score] = name.split('/')
  const isThere = known.instruments.some(
    ({ id, scores }) => id === instrument && scores.some((one) => one.id === score),
  )
  if (!isThere) return [finding(['score'], `no score ${name}`)]
  return instruments.includes(instrument)
    ? []
    : [finding(['score'], `the contract does not list instrument ${instrument}`)]
}

function groupFindings(group: PeopleGroup, contract: PortfolioContract, known: Known): Finding[] {
  const { story, closure, closures, deliveredBy, asked, weeks } = group
  const isOpen = story === 'open'
  const [least, most] = weeks ?? [0, 0]
  const delivering = [contract.provider, ...contract.partners]
  return [
    ...(isOpen && (closure !== undefined || closures !== undefined)
      ? [finding(['story'], 'an open case has no closure')]
      : []),
    ...(closure !== undefined && closures !== undefined
      ? [finding(['closures'], 'must have closure or closures, not both')]
      : []),
    ...(least > most ? [finding(['weeks'], 'must be [least, most]')] : []),
    ...(deliveredBy === undefined || delivering.includes(deliveredBy)
      ? []
      : [finding(['deliveredBy'], `${deliveredBy} is neither the provider nor a partner`)]),
    ...asked.flatMap((one, at) =>
      within(['asked', at], one.instrument, askedFindings(one, group, contract, known)),
    ),
  ]
}

function askedFindings(
  asked: Asked,
  { cases, story }: PeopleGroup,
  contract: PortfolioContract,
  known: Known,
): Finding[] {
  const instrument = listed(asked.instrument, contract, known)
  if (instrument === undefined) return [notListed(asked.instrument)]
  const kind = answerKinds.find((one) => asked[one] !== undefined)
  if (kind === undefined) return []
  const isPair = kind !== 'said'
  const isWithoutEnd = story === 'open' && isPair && asked.then === 'end' && !asked.endless
  const wholes = { pairs: asked.pairs ?? cases, answered: asked.answered ?? cases }
  const whole = isPair ? wholes.pairs : wholes.answered
  return [
    ...(isWithoutEnd ? [finding(['then'], 'an open case has no end: say endless, or then: review')] : []),
    ...(story === 'not-supported' ? [finding(['instrument'], 'who was not supported was not asked')] : []),
    ...atMost(wholes.pairs, cases, ['pairs'], 'pairs', ['the cases of the group']),
    ...atMost(wholes.answered, cases, ['answered'], 'answered', ['the cases of the group']),
    ...Object.keys(asked[kind] ?? {}).flatMap((item) => [
      ...itemFindings(instrument, item, kind),
      ...partFindings(asked, kind, item, whole),
    ]),
  ]
}

const listed = (id: string, { instruments }: PortfolioContract, known: Known): Instrument | undefined =>
  instruments.includes(id) ? known.instruments.findLast((one) => one.id === id) : undefined

const notListed = (id: string): Finding => finding(['instrument'], `the contract lists no instrument ${id}`)

const TYPES: Readonly<Record<(typeof answerKinds)[number], readonly Item['type'][]>> = {
  needs: ['scale'],
  improved: ['scale'],
  totals: ['count'],
  yes: ['yes-no'],
  said: ['choice', 'yes-no'],
}

function itemFindings(
  { id, items }: Instrument,
  name: string,
  kind: (typeof answerKinds)[number],
): Finding[] {
  const item = items.find((one) => one.id === name)
  if (item === undefined) return [finding([kind, name], `no item ${name} in instrument ${id}`)]
  return TYPES[kind].includes(item.type)
    ? []
    : [finding([kind, name], `${name} is of type ${item.type}; ${kind} takes ${TYPES[kind].join(' or ')}`)]
}

/** Of whatever is counted, no part may be more than its whole. */
function partFindings(
  asked: Asked,
  kind: (typeof answerKinds)[number],
  item: string,
  whole: number,
): Finding[] {
  const nested = (steps: readonly (readonly [name: string, count: number])[], path: Path): Finding[] =>
    steps.flatMap(([name, count], at) => {
      const [of, limit] = steps[at + 1] ?? ['', Infinity]
      return atMost(count, limit, [...path, name], `${item}: ${name}`, [of])
    })
  const need = asked.needs?.[item]
  const answer = asked.yes?.[item]
  const everybody = [kind === 'said' ? 'those who answered' : 'the pairs', whole] as const
  if (kind === 'needs' && need !== undefined) {
    const { atStart, resolved, reduced = atStart } = need
    return nested(
      [['resolved', resolved], ['reduced', reduced], ['atStart', atStart], everybody],
      ['needs', item],
    )
  }
  if (kind === 'yes' && answer !== undefined) {
    const { before, after, both } = answer
    return [
      ...nested([['both', both], ['before', before], everybody], ['yes', item]),
      ...nested([['both', both], ['after', after], everybody], ['yes', item]),
      ...atMost(before + after - both, whole, ['yes', item], `${item}: before and after together`, [
        'the pairs',
      ]),
    ]
  }
  if (kind === 'improved' || kind === 'said') {
    return atMost(asked[kind]?.[item] ?? 0, whole, [kind, item], item, [everybody[0]])
  }
  return []
}

function feedbackFindings(
  { instrument: id, answers, said }: FeedbackGroup,
  contract: PortfolioContract,
  known: Known,
): Finding[] {
  const instrument = listed(id, contract, known)
  if (instrument === undefined) return [notListed(id)]
  return [
    ...(instrument.anonymous
      ? []
      : [finding(['instrument'], `instrument ${id} may not be answered without a case`)]),
    ...Object.entries(said).flatMap(([item, count]) => [
      ...itemFindings(instrument, item, 'said'),
      ...atMost(count, answers, ['said', item], item, ['the answers']),
    ]),
  ]
}

function grantFindings(
  { amount, allocated, reallocated, underspend }: Grant,
  contracts: readonly string[],
): Finding[] {
  const total = (lines: readonly { amount: number }[]): number =>
    lines.reduce((sum, line) => sum + line.amount, 0)
  const lists = { allocated, reallocated }
  const unknown = Object.entries(lists).flatMap(([name, lines]) =>
    lines.flatMap(({ contract }, at) =>
      contract === undefined || contracts.includes(contract)
        ? []
        : [finding([name, at, 'contract'], `no contract ${contract} in the portfolio`)],
    ),
  )
  const wrongSum = (path: string, sum: number, what: string): Finding[] =>
    sum === amount ? [] : [finding([path], `${what} make ${sum}, but the amount is ${amount}`)]
  return [
    ...unknown,
    ...wrongSum('allocated', total(allocated), 'the allocations'),
    ...(reallocated.length === 0
      ? []
      : wrongSum('reallocated', total(reallocated) + underspend, 'the new allocations and the underspend')),
  ]
}
