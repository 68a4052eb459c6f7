/** One broken rule: where (a JSON Pointer into the body, or the name of a parameter), and what holds there. */
export interface Fault {
  pointer: string
  detail: string
}

/** Everything that can go wrong for a caller, in the words that a caller reads. HTTP gives each its status at the edge. */
export const problems = {
  'bad-request': 'The request cannot be read',
  'bad-json': 'The body is not well-formed JSON',
  unauthorised: 'A valid key is needed',
  forbidden: 'This kind of key may not do this',
  'not-found': 'There is nothing here',
  conflict: 'This would change what must stay',
  'in-progress': 'The same request is being worked on',
  gone: 'This has been erased',
  'precondition-failed': 'It has changed since you read it',
  'too-large': 'The body is too large',
  'wrong-media-type': 'The body is of a type that is not taken here',
  invalid: 'Some of it breaks a rule',
  'too-many': 'Too many requests',
  internal: 'Something went wrong here',
  unavailable: 'Not available just now',
} as const

export type ProblemCode = keyof typeof problems

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly errors: readonly Fault[] | undefined

  constructor(code: ProblemCode, detail: string, errors?: readonly Fault[]) {
    super(detail)
    this.code = code
    this.errors = errors
  }
}

/** Not there and not yours look exactly alike, so this never says which. */
export const notFound = (): Problem =>
  new Problem('not-found', 'There is nothing here that this key can reach.')

/** What was erased stays so, whatever is sent for it. */
export const gone = (): Problem =>
  new Problem('gone', 'This has been erased, and nothing is taken for it any more.')

/** @param errors every broken rule, not only the first */
export const invalid = (errors: readonly Fault[]): Problem =>
  new Problem('invalid', `${errors.length} ${errors.length === 1 ? 'rule is' : 'rules are'} broken.`, errors)

/**
 * What could be read of a body: the fields that are well-formed, and the faults of the others. Of a list with faults the
 * entries that have none are there, each in its place, and of the others those fields that have none, or holes.
 */
export interface Reading<T> {
  given: Partial<T>
  faults: readonly Fault[]
}

/**
 * The whole body, once its own faults and those of the rules behind it are both known. What could not be read is not there
 * for the rules, so that a rule may miss it; one place has one fault, that of how it is written.
 *
 * @throws {Problem} `invalid`, naming every fault, if there is one
 */
export function whole<T>(reading: Reading<T>, more: readonly Fault[] = []): T {
  const unread = new Set(reading.faults.map(({ pointer }) => pointer))
  const faults = [...reading.faults, ...more.filter(({ pointer }) => !unread.has(pointer))]
  if (faults.length > 0) throw invalid(faults)
  return reading.given as T
}
