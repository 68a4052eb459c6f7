import { z } from 'zod'
import {
  askedInstead,
  listNames,
  valuesOfList,
  type HarmonisedList,
  type ListedValue,
} from '../domain/casework/harmonise.ts'
import { contentHash } from './content-hash.ts'
import { shapeOf, versionNumber, words } from './shape.ts'
import type { Finding, Path } from './yaml-source.ts'

/** As the API takes characteristics: words or bands. */
const valueId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be kebab-case, or a band such as 25-34')
  .max(64)

const code = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{0,3}$/, 'must be one to four capitals and digits, a capital first')

const values = z
  .array(z.strictObject({ value: valueId, label: words, codes: z.array(code).default([]) }))
  .min(1)

const answers = z.array(valueId).min(1).optional()

const list = z.strictObject({
  list: z.enum(listNames),
  version: versionNumber,
  title: words,
  source: words,
  values,
  unstated: values,
  questions: z.array(z.strictObject({ question: z.enum(askedInstead), text: words, values })).default([]),
  derived: z
    .array(
      z.strictObject({
        value: valueId,
        where: z.strictObject({ longTermCondition: answers, activitiesReduced: answers }).optional(),
      }),
    )
    .default([]),
})

/** A list of harmonised values as its file says it, or every fault of it. */
export function listFrom(content: unknown): { good: HarmonisedList } | { findings: Finding[] } {
  const shape = shapeOf(list, content)
  if ('findings' in shape) return shape
  const { list: id, ...rest } = shape.good
  const good: HarmonisedList = { ...rest, id, hash: contentHash(content) }
  const findings = [...repeatedIn(good), ...derivationFindings(good)]
  return findings.length > 0 ? { findings } : { good }
}

function repeatedIn({ values: stated, unstated, questions }: HarmonisedList): Finding[] {
  const placed = (all: readonly ListedValue[], path: Path) =>
    all.map((one, at) => ({ ...one, path: [...path, at] as Path }))
  const own = [...placed(stated, ['values']), ...placed(unstated, ['unstated'])]
  const reasons = own.map(({ value }) => value)
  return [
    ...twice(own.map(({ value, path }) => ({ name: value, path: [...path, 'value'] }))),
    ...twice(
      own.flatMap(({ codes, path }) => codes.map((name, at) => ({ name, path: [...path, 'codes', at] }))),
    ),
    ...twice(questions.map(({ question }, at) => ({ name: question, path: ['questions', at, 'question'] }))),
    ...questions.flatMap(({ values: asked }, at) =>
      twice(
        [...reasons.slice(stated.length), ...asked.map(({ value }) => value)].map((name, index) => ({
          name,
          path: ['questions', at, 'values', index - unstated.length, 'value'],
        })),
      ),
    ),
  ]
}

const twice = (all: readonly { name: string; path: Path }[]): Finding[] =>
  all.flatMap(({ name, path }, at) =>
    all.findIndex((one) => one.name === name) < at
      ? [{ path, reason: `${name} stands here a second time` }]
      : [],
  )

/** What follows from answers names values and answers that there are, and something follows from any answers. */
function derivationFindings(whole: HarmonisedList): Finding[] {
  const { id, questions, derived, unstated } = whole
  if (questions.length === 0 && derived.length === 0) return []
  if (id !== 'disability') {
    const path = [questions.length > 0 ? 'questions' : 'derived']
    return [{ path, reason: 'questions and derived belong to the list disability' }]
  }
  const known = valuesOfList(whole)
  const last = derived.length - 1
  const isWhole = last >= 0 && derived.findIndex(({ where }) => where === undefined) === last
  return [
    ...(isWhole
      ? []
      : [{ path: ['derived'], reason: 'derived: the last one, and no other, must be without where' }]),
    ...derived.flatMap(({ value, where = {} }, at) => [
      ...(known.includes(value)
        ? []
        : [{ path: ['derived', at, 'value'], reason: `derived: there is no value ${value}` }]),
      ...askedInstead.flatMap((name) => {
        const asked = questions.find(({ question }) => question === name)?.values ?? []
        const takes = [...asked, ...unstated].map(({ value: answer }) => answer)
        return (where[name] ?? []).flatMap((answer, index) =>
          asked.length > 0 && takes.includes(answer)
            ? []
            : [
                {
                  path: ['derived', at, 'where', name, index],
                  reason: `derived: ${name} has no answer ${answer}`,
                },
              ],
        )
      }),
    ]),
  ]
}
