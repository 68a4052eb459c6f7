export const figureTypes = ['number', 'text'] as const

/** The name of a figure that no case holds, which a provider sends once a period. A text is never about a person. */
export interface FigureName {
  id: string
  title: string
  type: (typeof figureTypes)[number]
}
