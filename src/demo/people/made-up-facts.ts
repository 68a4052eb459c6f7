import type { PeopleGroup } from '../../definitions.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Weights, not statistics: they make the cases look like those of a victims' service, and no figure rests on them. */
const CRIME_TYPES = {
  'domestic-abuse': 34,
  violence: 21,
  burglary: 12,
  'sexual-offence': 9,
  harassment: 9,
  'hate-crime': 5,
  fraud: 5,
  robbery: 3,
  other: 2,
} as const

/** How much likelier than others its victims have a need. */
const LIKELIER: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'domestic-abuse': { 'personal-safety': 3, accommodation: 4, family: 4, finance: 2 },
  'sexual-offence': { health: 2, outlook: 2, social: 2 },
  violence: { health: 1.5, substances: 2, social: 1.5 },
  harassment: { 'personal-safety': 2, social: 1.5 },
  burglary: { 'personal-safety': 1.5 },
  fraud: { finance: 5 },
}

const CHILDREN = { '0-17': 1 } as const
const ADULTS = { '18-24': 16, '25-34': 26, '35-44': 21, '45-54': 15, '55-64': 9, '65-plus': 6 } as const

export const needWeight = (crimeType: string, need: string): number => LIKELIER[crimeType]?.[need] ?? 1

/** A person as the provider's pseudonym and characteristics say; no name, address or date of birth is made up. */
export interface Client {
  client: string
  characteristics: {
    ageBand: string
    sex: string
    ethnicity?: string
    disability?: string
    nationality?: string
  }
}

/** Where something was not asked or not said, the field is left out. */
export function makeClient(
  client: string,
  { ages, nationality }: { ages: PeopleGroup['ages']; nationality: string | undefined },
  random: SeededRandom,
): Client {
  return {
    client,
    characteristics: {
      ageBand:
        ages === 'child' || (ages === undefined && random.chance(0.07))
          ? random.pick(CHILDREN)
          : random.pick(ADULTS),
      sex: random.pick({ female: 71, male: 28, other: 1 }),
      ...(random.chance(0.93) && {
        ethnicity: random.pick({
          'white-british': 66,
          'asian-indian': 13,
          'white-other': 7,
          'black-african': 4,
          'asian-pakistani': 4,
          'mixed-other': 3,
          other: 3,
        }),
      }),
      ...(random.chance(0.9) && { disability: random.pick({ no: 78, yes: 22 }) }),
      ...(nationality === undefined
        ? random.chance(0.88) && { nationality: random.pick({ GB: 88, PL: 4, IN: 3, RO: 3, PT: 2 }) }
        : { nationality }),
    },
  }
}

/** What happened, who sent the person, and who worked with them. */
export interface Background {
  crimeType: string
  referralSource: string
  reportedToPolice: boolean
  cohorts: string[]
}

/** As the group says; what it leaves open is drawn by lot, and who is in no cohort of the group is in none. */
export function makeBackground(group: PeopleGroup, random: SeededRandom): Background {
  const referralSource =
    group.referralSource ?? random.pick({ police: 74, self: 13, 'other-agency': 11, other: 2 })
  return {
    crimeType: group.crimeType ?? random.pick(CRIME_TYPES),
    referralSource,
    reportedToPolice: group.reportedToPolice ?? (referralSource === 'police' || random.chance(0.4)),
    cohorts: group.cohort === undefined ? drawCohorts(group.cohorts ?? {}, random) : [group.cohort],
  }
}

function drawCohorts(percents: Readonly<Record<string, number>>, random: SeededRandom): string[] {
  const inAny = Object.values(percents).reduce((sum, percent) => sum + percent, 0)
  return random.chance(inAny / 100) ? [random.pick(percents)] : []
}
