/** What XML 1.0 has no place for, not even escaped: a file that holds one cannot be read at all. */
const isForbidden = (character: string): boolean =>
  /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(character)

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it stands in an element or in a quoted attribute of XML or HTML; what cannot stand there is shown as U+FFFD. */
export const escaped = (text: string): string =>
  Array.from(text, (character) =>
    isForbidden(character) ? '\uFFFD' : (entities[character] ?? character),
  ).join('')

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
