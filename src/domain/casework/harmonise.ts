import type { Fault } from '../problem.ts'
import type { Characteristics } from './support-case.ts'

/** The characteristics that have a list of harmonised values, by the name of the list. */
export const listedCharacteristics = {
  'age-band': 'ageBand',
  sex: 'sex',
  ethnicity: 'ethnicity',
  disability: 'disability',
} as const satisfies Record<string, keyof Characteristics>

export type ListName = keyof typeof listedCharacteristics

export const listNames = Object.keys(listedCharacteristics) as readonly ListName[]

/** Questions that are asked instead of a characteristic, which follows from their answers. */
export const askedInstead = ['longTermCondition', 'activitiesReduced'] as const

export type AskedInstead = (typeof askedInstead)[number]

export interface ListedValue {
  value: string
  label: string
  /** What others call it, in capitals, as no value is: the NHS's codes of ethnic categories. */
  codes: readonly string[]
}

/** The values of a characteristic as official statistics have them, as a published file says them. */
export interface HarmonisedList {
  id: ListName
  version: number
  title: string
  source: string
  values: readonly ListedValue[]
  /** Why there is no value: not asked, not known, prefers not to say. */
  unstated: readonly ListedValue[]
  questions: readonly { question: AskedInstead; text: string; values: readonly ListedValue[] }[]
  /** Which value follows from the answers: the first that fits, of which the last always does. */
  derived: readonly {
    value: string
    where?: Partial<Record<AskedInstead, readonly string[] | undefined>> | undefined
  }[]
  /** Of its content: a version never changes. */
  hash: string
}

/** Every value that a list knows, those that state nothing last. */
export const valuesOfList = ({ values, unstated }: Pick<HarmonisedList, 'values' | 'unstated'>): string[] =>
  [...values, ...unstated].map(({ value }) => value)

type Lists = ReadonlyMap<string, HarmonisedList>

/**
 * Characteristics with the harmonised value in the place of another's code, and with what follows from questions that were
 * asked instead. Values that no list has are kept as they were sent.
 *
 * @param lists the newest version of each, by its name
 */
export function harmonise(
  given: Characteristics,
  lists: Lists,
): { characteristics: Characteristics; faults: Fault[] } {
  const characteristics = { ...given }
  const faults: Fault[] = []
  for (const name of listNames) {
    const field = listedCharacteristics[name]
    const sent = given[field]
    if (sent === undefined || !isCode(sent)) continue
    const list = lists.get(name)
    const found = [...(list?.values ?? []), ...(list?.unstated ?? [])].find(({ codes }) =>
      codes.includes(sent),
    )
    if (found === undefined) faults.push(fault(field, 'is no code of its list'))
    else characteristics[field] = found.value
  }
  const answered = askedInstead.filter((question) => given[question] !== undefined)
  if (answered.length > 0) derive(answered)
  return { characteristics, faults }

  function derive(questions: readonly AskedInstead[]): void {
    const list = lists.get('disability')
    const unknown = questions.filter((question) => !isAnswer(list, question, given[question]))
    faults.push(...unknown.map((question) => fault(question, 'is no answer of its list')))
    if (unknown.length > 0) return
    const value = list && derivedValue(list, given)
    if (characteristics.disability === undefined) characteristics.disability = value
    else if (characteristics.disability !== value)
      faults.push(fault('disability', 'does not follow from what was answered: leave it out'))
  }
}

const isCode = (sent: string): boolean => /^[A-Z]/.test(sent)

const fault = (field: string, detail: string): Fault => ({ pointer: `/characteristics/${field}`, detail })

function isAnswer(list: HarmonisedList | undefined, question: AskedInstead, answer?: string): boolean {
  const asked = list?.questions.find((one) => one.question === question)
  return [...(asked?.values ?? []), ...(asked ? (list?.unstated ?? []) : [])].some(
    ({ value }) => value === answer,
  )
}

/** What a list says of some answers; undefined if it says nothing. */
export const derivedValue = (
  { derived }: Pick<HarmonisedList, 'derived'>,
  answers: Partial<Record<AskedInstead, string | undefined>>,
): string | undefined =>
  derived.find(({ where = {} }) =>
    askedInstead.every((question) => {
      const among = where[question]
      const answer = answers[question]
      return among === undefined || (answer !== undefined && among.includes(answer))
    }),
  )?.value
