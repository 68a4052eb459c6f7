import type { Choice, Where, WhereField } from '../../measures/where.ts'

/** Of which a case may have several values: that two lists share none does not part their cases. */
const MANY_VALUED: ReadonlySet<WhereField> = new Set(['cohort'])

const fieldsOf = (where: Where): WhereField[] =>
  (Object.keys(where) as WhereField[]).filter((field) => where[field] !== undefined)

/** Whether every case that the one asks for is one that the other asks for, whatever cases there are. */
export const isAmong = (one: Where, other: Where): boolean =>
  fieldsOf(other).every((field) => isChoiceAmong(one[field], other[field] ?? [], field))

/** Whether no case is one that both ask for, whatever cases there are. */
export const isApart = (one: Where, other: Where): boolean =>
  fieldsOf(one).some((field) => isChoiceApart(one[field], other[field], field))

function isChoiceAmong(one: Choice | undefined, other: Choice, field: WhereField): boolean {
  if (one === undefined) return false
  if ('not' in other) {
    if ('not' in one) return other.not.every((value) => one.not.includes(value))
    return !MANY_VALUED.has(field) && one.every((value) => !other.not.includes(value))
  }
  return !('not' in one) && one.every((value) => other.includes(value))
}

function isChoiceApart(one: Choice | undefined, other: Choice | undefined, field: WhereField): boolean {
  if (one === undefined || other === undefined) return false
  if ('not' in one) return !('not' in other) && other.every((value) => one.not.includes(value))
  if ('not' in other) return one.every((value) => other.not.includes(value))
  return !MANY_VALUED.has(field) && one.every((value) => !other.includes(value))
}
