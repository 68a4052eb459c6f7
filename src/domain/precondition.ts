import { Problem } from './problem.ts'

/** The entity tag of one revision of a resource. */
export const tagOf = (revision: number): string => `"${revision}"`

/**
 * A PUT with `If-Match` goes ahead only on the revision that its sender has seen (RFC 9110, 13.1.1).
 *
 * @param current undefined: there is no such resource, which matches nothing, not even `*`
 * @throws {Problem} `precondition-failed`
 */
export function checkPrecondition(ifMatch: string | undefined, current: number | undefined): void {
  if (ifMatch === undefined) return
  const wanted = ifMatch.split(',').map((tag) => tag.trim())
  if (current !== undefined && (wanted.includes('*') || wanted.includes(tagOf(current)))) return
  throw new Problem('precondition-failed', 'If-Match names another revision than the present one.')
}
