import { gather } from './gather.ts'

/**
 * Lets those who ask the same at the same time share one look. Whoever comes while one is under way waits for the next, which
 * begins after that: nobody is told of less than was there when they asked.
 *
 * @param nameOf says which questions are the same
 */
export function sharedLook<Question, Result>(
  look: (question: Question) => Promise<Result>,
  nameOf: (question: Question) => string,
): (question: Question) => Promise<Result> {
  let asked = 0
  const share = gather<{ question: Question; number: number }, Result>(
    async (_name, all) => {
      const [first] = all
      if (first === undefined) return []
      const result = await look(first.question)
      return all.map(() => result)
    },
    { keyOf: ({ number }) => String(number), claimsOf: () => [] },
  )
  return (question) => share(nameOf(question), { question, number: asked++ })
}
