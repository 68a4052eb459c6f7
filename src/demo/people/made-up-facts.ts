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

export type CrimeType = keyof typeof CRIME_TYPES

/** How much likelier than others its victims have a need. */
const LIKELIER: Readonly<Partial<Record<CrimeType, Readonly<Record<string, number>>>>> = {
  'domestic-abuse': { 'personal-safety': 3, accommodation: 4, family: 4, finance: 2 },
  'sexual-offence': { health: 2, outlook: 2, social: 2 },
  violence: { health: 1.5, substances: 2, social: 1.5 },
  harassment: { 'personal-safety': 2, social: 1.5 },
  burglary: { 'personal-safety': 1.5 },
  fraud: { finance: 5 },
}

const COHORTS: Readonly<Partial<Record<CrimeType, { name: string; share: number }>>> = {
  'domestic-abuse': { name: 'idva', share: 0.35 },
  'sexual-offence': { name: 'isva', share: 0.35 },
}

export const needWeight = (crimeType: CrimeType, need: string): number => LIKELIER[crimeType]?.[need] ?? 1

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
export function makeClient(client: string, random: SeededRandom): Client {
  return {
    client,
    characteristics: {
      ageBand: random.pick({
        '0-17': 7,
        '18-24': 16,
        '25-34': 26,
        '35-44': 21,
        '45-54': 15,
        '55-64': 9,
        '65-plus': 6,
      }),
      sex: random.pick({ female: 71, male: 28, other: 1 }),
      ...(random.chance(0.93) && {
        ethnicity: random.pick({
          'white-british': 66,
          'asian-indian': 13,
          'white-other': 7,
          'black-african': 4,
          'asian-pakistani': 4,
          mixed: 3,
          other: 3,
        }),
      }),
      ...(random.chance(0.9) && { disability: random.pick({ no: 78, yes: 22 }) }),
      ...(random.chance(0.88) && { nationality: random.pick({ GB: 88, PL: 4, IN: 3, RO: 3, PT: 2 }) }),
    },
  }
}

/** What happened, who sent the person, and who worked with them. */
export interface Background {
  crimeType: CrimeType
  referralSource: string
  reportedToPolice: boolean
  cohorts: string[]
}

export function makeBackground(random: SeededRandom): Background {
  const crimeType = random.pick(CRIME_TYPES)
  const cohort = COHORTS[crimeType] ?? { name: 'young-people', share: 0.06 }
  const referralSource = random.pick({ police: 74, self: 13, 'other-agency': 11, other: 2 })
  return {
    crimeType,
    referralSource,
    reportedToPolice: referralSource === 'police' || random.chance(0.4),
    cohorts: random.chance(cohort.share) ? [cohort.name] : [],
  }
}
