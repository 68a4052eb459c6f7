/** One record of a CSV file (RFC 4180), with its end. */
export const csvLine = (fields: readonly string[], delimiter = ','): string =>
  `${fields.map((field) => (needsQuotes(field, delimiter) ? quoted(field) : field)).join(delimiter)}\r\n`

const needsQuotes = (field: string, delimiter: string): boolean =>
  field.includes(delimiter) || /["\r\n]|^\s|\s$/.test(field)

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`
