import { everybody, type Grouping } from '../counts.ts'
import { valuesOf, type CaseFacts, type WhereField } from '../measures/where.ts'

/** What figures can be grouped by, and the attribute of a case that says its group. */
export const dimensions = {
  cohort: 'cohort',
  'crime-type': 'crimeType',
  closure: 'closure',
  'age-band': 'ageBand',
  sex: 'sex',
  ethnicity: 'ethnicity',
  disability: 'disability',
  'referral-source': 'referralSource',
  'funding-stream': 'fundingStream',
  'delivered-by': 'deliveredBy',
  area: 'area',
} as const satisfies Record<string, WhereField>

export type Dimension = keyof typeof dimensions

export const dimensionNames = Object.keys(dimensions) as readonly Dimension[]

/** Groups among a partner's own cases: identifiers cannot contain a slash. */
const byPartner = (partner: string, { by, value }: Grouping): Grouping =>
  by === ''
    ? { by: 'delivered-by', value: partner }
    : { by: `delivered-by/${by}`, value: `${partner}/${value}` }

/** Every way in which counts are kept, by which they are found. */
export const everyBy: readonly string[] = [
  '',
  ...dimensionNames,
  ...dimensionNames.map((by) => byPartner('', { by, value: '' }).by),
]

/** Every group that a case belongs to, everybody first. */
export function groupsOf(facts: CaseFacts, partners: readonly string[]): Grouping[] {
  const groups: Grouping[] = [everybody]
  for (const by of dimensionNames) {
    for (const value of valuesOf(dimensions[by], facts)) groups.push({ by, value })
  }
  const { deliveredBy } = facts
  if (typeof deliveredBy !== 'string' || !partners.includes(deliveredBy)) return groups
  // Its own figures are among those by deliverer already.
  const own = groups.filter(({ by }) => by !== '').map((group) => byPartner(deliveredBy, group))
  return [...groups, ...own]
}
