import type { Portfolio, PortfolioContract } from '../../definitions.ts'
import type { Answer } from '../demonstration.ts'
import { compare, onePlace, truncations, withCommas, type Comparison } from './compare.ts'
import { faultsOf, grantInWords, inPounds } from './printed-numbers.ts'
import { inColumns, wrapped } from './text.ts'

/** What the demo is about, before anything is computed. */
export function introduction(portfolios: readonly Portfolio[]): string {
  const contracts = portfolios.flatMap((portfolio) => portfolio.contracts)
  const figures = contracts.flatMap(({ published }) => published)
  return text(
    ...wrapped(`waymark demo: ${portfolios.map(({ title }) => title).join(' · ')}`),
    '',
    ...wrapped(
      `${contracts.length} contracts with ${figures.length} figures, as their commissioners published them. The people here are ` +
        'made up: their case systems send them through the API, one by one or as files of many lines. Counted one by one, ' +
        'they must give the published figures again.',
    ),
    '',
  )
}

/** All that came out, commissioner by commissioner, in at most 100 columns. */
export function report(
  portfolios: readonly Portfolio[],
  answers: ReadonlyMap<PortfolioContract, Answer>,
): string {
  const compared = comparisonsOf(portfolios, answers)
  const agreeing = compared.filter(({ agrees }) => agrees).length
  const verdict =
    agreeing === compared.length
      ? `All ${compared.length} published figures agree with those that came out of the service.`
      : `${agreeing} of ${compared.length} published figures agree with those that came out of the service.`
  return text(...portfolios.flatMap((portfolio) => portfolioLines(portfolio, answers)), '', verdict)
}

/** Whether every published figure came out, and came out alike for all who may read it. */
export const isAllAgreed = (
  portfolios: readonly Portfolio[],
  answers: ReadonlyMap<PortfolioContract, Answer>,
): boolean =>
  comparisonsOf(portfolios, answers).every(({ agrees }) => agrees) &&
  [...answers.values()].every(({ isReadAlike }) => isReadAlike)

/** What can be compared: figures that were printed. */
const comparisonsOf = (
  portfolios: readonly Portfolio[],
  answers: ReadonlyMap<PortfolioContract, Answer>,
): Comparison[] =>
  portfolios
    .flatMap(({ contracts }) => contracts)
    .flatMap((contract) => {
      const answer = answers.get(contract)
      return answer === undefined ? [] : compare(contract, answer)
    })
    .filter(({ agrees }) => agrees !== undefined)

function portfolioLines(
  portfolio: Portfolio,
  answers: ReadonlyMap<PortfolioContract, Answer>,
): readonly string[] {
  const { title, commissioner, contracts, grants, printed } = portfolio
  return [
    '',
    RULE,
    `${title.toUpperCase()} · ${commissioner.name}`,
    RULE,
    ...contracts.flatMap((contract) => {
      const answer = answers.get(contract)
      return answer === undefined ? [] : contractLines(portfolio, contract, answer)
    }),
    ...grants.flatMap((grant) => {
      const { heading, lines, sums } = grantInWords(grant, portfolio)
      return ['', heading, ...inColumns(lines, { indent: 4 }), ...sums.flatMap((sum) => wrapped(sum, 2))]
    }),
    ...printed.flatMap((numbers) => [
      '',
      `${numbers.source}:`,
      ...faultsOf(numbers).flatMap((fault) => wrapped(fault, 2)),
    ]),
  ]
}

const RULE = '='.repeat(100)

function contractLines(portfolio: Portfolio, contract: PortfolioContract, answer: Answer): string[] {
  const { outcomes } = answer
  return [
    '',
    ...wrapped(
      [contract.title, nameIn(portfolio, contract.provider), ...paid(portfolio, contract)].join(' · '),
    ),
    ...wrapped(
      `${dayInWords(outcomes.from)} to ${dayInWords(outcomes.to)}. As published: ${contract.says}.`,
      2,
    ),
    '',
    ...tableOf(compare(contract, answer)),
    ...notesOf(portfolio, contract, answer).flatMap((note) => ['', ...wrapped(note, 2)]),
  ]
}

const nameIn = ({ commissioner, organisations }: Portfolio, id: string): string =>
  [commissioner, ...organisations].find((one) => one.id === id)?.name ?? id

/** `£129,500 in 2023/24`; where several pay, who pays what. */
function paid(portfolio: Portfolio, { commissioners, funding }: PortfolioContract): string[] {
  const payers = new Set(funding.map(({ commissioner }) => commissioner ?? commissioners[0]))
  return funding.map(({ amount, year, commissioner = commissioners[0] ?? '' }) => {
    const money = `${inPounds(amount)} in ${year.replace('-', '/')}`
    return payers.size > 1 ? `${money} from ${nameIn(portfolio, commissioner)}` : money
  })
}

const HEADINGS = ['', 'published', 'computed', 'counted', '95% interval', 'RAG', 'same?']
const WIDTHS = [28, 12, 9, 18, 15, 5, 5]
const SIDES = ['left', 'right', 'right', 'right', 'right', 'left', 'left'] as const

/** Who is counted stands over the figures that count them. */
function tableOf(comparisons: readonly Comparison[]): string[] {
  const layout = { indent: 2, widths: WIDTHS, sides: SIDES }
  const rows = comparisons.flatMap((one, at) => {
    const heading = one.basis === comparisons[at - 1]?.basis ? [] : wrapped(`${one.basis}:`, 2)
    const { published, computed, counted, interval, rag, agrees } = one
    const same = agrees === undefined ? '' : agrees ? 'yes' : 'NO'
    const label = one.isProviders === true ? `${one.label} *` : one.label
    const cells = [`  ${label}`, published, computed, counted, interval, rag, same]
    return [...heading, ...inColumns([cells], layout)]
  })
  return [...inColumns([HEADINGS], layout), ...rows]
}

function notesOf(portfolio: Portfolio, contract: PortfolioContract, answer: Answer): string[] {
  const { commissioners, remarks } = contract
  const payers = commissioners.map((id) => nameIn(portfolio, id))
  return [
    ...contract.published.flatMap(({ measure = '', label }) =>
      targetInWords(label, contract.targets[measure]),
    ),
    ...completeness(answer.outcomes),
    ...(commissioners.length > 1
      ? [
          answer.isReadAlike
            ? `Read alike by all who pay for it: ${payers.join(', ')}.`
            : `NOT READ ALIKE by those who pay for it: ${payers.join(', ')}.`,
        ]
      : []),
    ...(compare(contract, answer).some(({ isProviders }) => isProviders === true)
      ? [
          '* Read by the provider. Different people, and cases in support, cannot be added up from month to month, so that ' +
            'commissioners see them for single quarters and financial years only: any other period beside those could ' +
            'tell of a few people.',
        ]
      : []),
    ...truncations(contract, answer).map(
      ({ label, exact, printed }) =>
        `${label}: ${onePlace(exact)}, printed as ${withCommas(printed)}. The source cut off the fraction instead of rounding.`,
    ),
    ...remarks,
  ]
}

/** The bands of the contract, as its commissioner set them. */
function targetInWords(label: string, target: PortfolioContract['targets'][string] | undefined): string[] {
  if (target === undefined) return []
  if ('atLeast' in target) return [`${label}: green from ${withCommas(target.atLeast)}, red below.`]
  if ('atMost' in target) return [`${label}: green up to ${withCommas(target.atMost)}, red above.`]
  const { green, amber, better } = target
  return better === 'lower'
    ? [`${label}: under ${green}% is green, ${green} to ${amber}% amber, over ${amber}% red.`]
    : [`${label}: over ${green}% is green, ${amber} to ${green}% amber, under ${amber}% red.`]
}

/** Only where people are asked at both ends is it a question whether they were. */
function completeness({
  completeness: { closedCases, withStart, paired, rate },
}: Answer['outcomes']): string[] {
  if (closedCases === null || withStart === null || paired === null || rate === null)
    return ['How complete the assessments are is hidden: the group is small, or empty.']
  if (paired === 0) return []
  return [
    `Of ${withCommas(closedCases)} cases closed after support, ${withCommas(withStart)} were assessed at the start and ` +
      `${withCommas(paired)} at the end, too: ${onePlace(100 * rate)}% are paired.`,
  ]
}

const dayInWords = (day: string): string =>
  new Date(day).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('')
