import { readFileSync } from 'node:fs'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'

/** What is wrong in a definition file, and where. */
export interface DefinitionFault {
  file: string
  line: number
  reason: string
}

/** The way from the top of a file to a place in it: names of fields and positions in lists. */
export type Path = readonly PropertyKey[]

/** A fault by its place in the content, before it has a line. */
export interface Finding {
  path: Path
  reason: string
}

/** A definition file that could be read: what it says, and on which line it says it. */
export interface YamlSource {
  /** As people name it: relative to where they are, if it lies there. */
  file: string
  content: unknown
  /** The line of a place, counted from 1; of the nearest place around it, where it is not there itself. */
  lineOf(path: Path): number
}

/** @returns the file's content, or what keeps it from being read */
export function readYaml(path: string, file: string): YamlSource | DefinitionFault[] {
  const text = decode(readFileSync(path))
  if (text === undefined) return [{ file, line: 1, reason: 'is not in UTF-8: save it as UTF-8' }]
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0) {
    return broken.map(({ code, message, pos: [at] }) => ({
      file,
      line: lines.linePos(at).line,
      reason: syntaxInWords(code, message, text.slice(at)),
    }))
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return [{ file, line: 1, reason: 'is empty' }]
  }
  return { file, content: document.toJS(), lineOf: (place) => lines.linePos(offsetOf(document, place)).line }
}

/** Half-read words would be published as they are, so bytes that are no UTF-8 are not guessed at. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function syntaxInWords(code: string, message: string, rest: string): string {
  if (code === 'DUPLICATE_KEY')
    return `the field "${/^[^\s:]*/.exec(rest)?.[0] ?? ''}" stands here a second time`
  if (code === 'MULTIPLE_DOCS') return 'a file holds one document: take out the line "---"'
  const [first = ''] = message.split('\n')
  return `is not well-formed YAML: ${first.replace(/ at line \d+, column \d+:$/, '')}`
}

/** Goes down as far as the path is there. A field is found by its name, so that the line is that of the name. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? 0
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) return offset
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset
    } else {
      return offset
    }
  }
  return offset
}
