import type { Measure } from '../measure.ts'

type Named = Omit<Measure, 'version' | 'question' | 'basis'>

/**
 * What a measure asks, without its names and what it aims at. Of the same people two measures that ask the same give the same
 * figure, and so does one whose title or target was edited.
 */
export function questionOf(measure: Named): object {
  const { id: _, title: __, target: ___, ...asked } = measure
  return Object.fromEntries(
    Object.entries(asked)
      .filter(
        ([field]) => field !== 'version' && field !== 'question' && field !== 'basis' && field !== 'measures',
      )
      .map(([field, said]) => [field, field === 'parts' ? (said as Measure[]).map(questionOf) : said]),
  )
}
