import type { Needs } from '../needs.ts'
import type { Reader } from './read-outcomes.ts'

interface Figure {
  suppressed: boolean
}

/**
 * Tells the meter how many of the figures of each answer to a commissioner were hidden: no more than stands in the answers,
 * so that whoever reads the metrics learns nothing that the answers keep back.
 */
export const countSuppressed =
  <Rest extends unknown[], Answer>(
    { meter }: Pick<Needs, 'meter'>,
    read: (reader: Reader, ...rest: Rest) => Promise<Answer>,
    figuresOf: (answer: Answer) => readonly Figure[],
  ) =>
  async (reader: Reader, ...rest: Rest): Promise<Answer> => {
    const answer = await read(reader, ...rest)
    if (reader.kind === 'commissioner') {
      const figures = figuresOf(answer)
      const suppressed = figures.filter((figure) => figure.suppressed).length
      meter.figuresShown({ shown: figures.length - suppressed, suppressed })
    }
    return answer
  }
