const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** What each part of a format stands for; times are read and left out. */
const PARTS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MMM: '(?<word>[A-Za-z]{3})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '\\d{1,2}',
  mm: '\\d{2}',
  ss: '\\d{2}(?:\\.\\d+)?',
}

/**
 * Reads dates as a case system writes them. What is not in the format stays as it is, for the service to judge.
 *
 * @throws {RangeError} if the format does not name a day, a month and a year
 * @example dateReader('DD/MM/YYYY')('31/12/2024') // '2024-12-31'
 */
export function dateReader(format: string): (text: string) => string {
  const pattern = format
    .split(/(YYYY|MMM|MM|DD|HH|mm|ss)/)
    .map((part) => PARTS[part] ?? part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('')
  const names = (part: string): boolean => pattern.includes(`<${part}>`)
  if (!names('year') || !names('day') || !(names('month') || names('word'))) {
    throw new RangeError('a date format names DD, MM (or MMM) and YYYY, such as DD/MM/YYYY')
  }
  const expression = new RegExp(`^${pattern}$`)
  return (text) => {
    const { year, month, word, day } = expression.exec(text.trim())?.groups ?? {}
    const monthNumber = month ?? String(MONTHS.indexOf(word?.toLowerCase() ?? '') + 1)
    if (year === undefined || day === undefined || monthNumber === '0') return text
    return `${year}-${monthNumber.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
}
