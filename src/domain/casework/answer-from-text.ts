import type { Item } from '../instrument.ts'

/**
 * An answer that came as text, as in a table, in the type that its item takes. What cannot be read so stays text, which the
 * item's own rule then refuses.
 */
export function answerFromText(item: Item | undefined, text: string): number | boolean | string {
  switch (item?.type) {
    case 'scale':
    case 'decimal':
    case 'count':
      return numberFromText(text)
    case 'yes-no':
      return booleanFromText(text)
    default:
      return text
  }
}

export function numberFromText(text: string): number | string {
  const trimmed = text.trim()
  return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(trimmed) ? Number(trimmed) : text
}

/** In whatever case: spreadsheets write TRUE. */
export function booleanFromText(text: string): boolean | string {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : text
}
