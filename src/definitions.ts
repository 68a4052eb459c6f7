import { basename, resolve } from 'node:path'
import { bankHolidayFrom } from './definitions/bank-holiday-shape.ts'
import { figureFrom } from './definitions/figure-shape.ts'
import { instrumentFindings } from './definitions/instrument-rules.ts'
import { instrumentFrom } from './definitions/instrument-shape.ts'
import { listFrom } from './definitions/list-shape.ts'
import { instrumentOf, measureFindings, partFindings } from './definitions/measure-rules.ts'
import { measureFrom, withParts } from './definitions/measure-shape.ts'
import { portfolioFindings } from './definitions/portfolio/portfolio-rules.ts'
import { type Portfolio, portfolioFrom } from './definitions/portfolio/portfolio-shape.ts'
import { inContext, isFields, nameOf } from './definitions/shape.ts'
import { folderFaults, readSurveyFiles, type SurveyFiles } from './definitions/survey-files.ts'
import {
  templateFindings,
  templateWithMeasures,
  type KnownToTemplates,
} from './definitions/returns/template-rules.ts'
import { type TemplateContent, templateFrom } from './definitions/returns/template-shape.ts'
import { versionFindings } from './definitions/version-rules.ts'
import type { DefinitionFault, Finding, Path, YamlSource } from './definitions/yaml-source.ts'
import type { HarmonisedList } from './domain/casework/harmonise.ts'
import type { FigureName } from './domain/figure-name.ts'
import type { Instrument } from './domain/instrument.ts'
import type { Measure } from './domain/measure.ts'
import type { LondonDate } from './domain/period.ts'
import type { ReturnTemplate } from './domain/returns/template.ts'
import { packageFile } from './process/package-file.ts'

export type { DefinitionFault, Portfolio }
export type {
  Grant,
  PortfolioContract,
  PrintedNumbers,
  PublishedFigure,
} from './definitions/portfolio/portfolio-shape.ts'
export type { Asked, FeedbackGroup, PeopleGroup, Sessions } from './definitions/portfolio/people-shape.ts'

/** Everything that the survey folders define, checked. */
export interface Definitions {
  /** By id, and the versions of one id from the oldest to the newest. */
  instruments: readonly Instrument[]
  /** Without a version: the newest, whether or not it is in force. */
  instrument(id: string, version?: number): Instrument | undefined
  /** By id. */
  measures: ReadonlyMap<string, Measure>
  /** What no case holds, by id. */
  figures: ReadonlyMap<string, FigureName>
  /** The newest version of each list of harmonised values, by the name of its characteristic. */
  lists: ReadonlyMap<string, HarmonisedList>
  /** Every version of every list, by name, and of one name from the oldest to the newest. */
  listVersions: readonly HarmonisedList[]
  /** The newest version of each return template, by id. */
  templates: ReadonlyMap<string, ReturnTemplate>
  /** Every version of every return template, by id, and of one id from the oldest to the newest. */
  templateVersions: readonly ReturnTemplate[]
  /** The weekdays that are no working days in England. */
  bankHolidays: ReadonlySet<LondonDate>
  /** What commissioners published, for the demo, by the name of their file. */
  portfolios: readonly Portfolio[]
}

/** The definitions cannot be used. The message has one line for each fault: `surveys/measures/x.yaml:12: reason`. */
export class DefinitionFaults extends Error {
  override readonly name = 'DefinitionFaults'
  readonly faults: readonly DefinitionFault[]

  constructor(faults: readonly DefinitionFault[]) {
    super(faults.map(({ file, line, reason }) => `${file}:${line}: ${reason}`).join('\n'))
    this.faults = faults
  }
}

/** The definitions that come with the package. */
export const surveysFolder: string = packageFile('surveys')

/**
 * Reads and checks `instruments/`, `measures/`, `figures/`, `calendars/`, `lists/`, `returns/` and `portfolio/` of each folder.
 *
 * @param folders surveys/ and others laid out like it; measures may use the instruments of all of them
 * @throws {DefinitionFaults} with every fault of every file
 * @example loadDefinitions([surveysFolder]).instrument('victim-needs')?.version // 1
 */
export function loadDefinitions(folders: readonly string[]): Definitions {
  const roots = [...new Set(folders.map((folder) => resolve(folder)))]
  const instruments = readInstruments(readSurveyFiles(roots, 'instruments'))
  const measures = readMeasures(readSurveyFiles(roots, 'measures'), instruments)
  const figures = readListed(readSurveyFiles(roots, 'figures'), { noun: 'figure', from: figureFrom })
  const holidays = readListed(readSurveyFiles(roots, 'calendars'), { noun: 'holiday', from: bankHolidayFrom })
  const lists = readWhole(readSurveyFiles(roots, 'lists'), {
    ...{ noun: 'list', from: listFrom, keyOf: versionKey },
    findingsOf: (list, file) => nameFindings(list, file, 'list'),
  })
  const named = {
    ...{ instruments: instruments.good, lists: lists.good },
    ...{ measures: byId(measures.good), figures: byId(figures.good) },
  }
  const isWhole = [instruments, measures, figures, lists].every(({ faults }) => faults.length === 0)
  const portfolios = readWhole<Portfolio>(readSurveyFiles(roots, 'portfolio'), {
    ...{ noun: 'portfolio', from: portfolioFrom, keyOf: ({ id }) => id },
    // What a broken file would have defined is not held against those who name it.
    findingsOf: (portfolio) => (isWhole ? portfolioFindings(portfolio, named) : []),
  })
  const templates = readTemplates(readSurveyFiles(roots, 'returns'), named, isWhole)
  const read: readonly Read<unknown>[] = [
    instruments,
    measures,
    figures,
    holidays,
    lists,
    templates,
    portfolios,
  ]
  const faults = [...folderFaults(roots), ...read.flatMap((each) => each.faults)]
  if (faults.length > 0) throw new DefinitionFaults(faults)
  const sorted = instruments.good.toSorted(byIdAndVersion)
  const templateVersions = templates.good.toSorted(byIdAndVersion)
  const listVersions = lists.good.toSorted(byIdAndVersion)
  return {
    instruments: sorted,
    instrument: (id, version) =>
      sorted.findLast((one) => one.id === id && (version === undefined || one.version === version)),
    measures: named.measures,
    figures: named.figures,
    lists: byId(listVersions),
    listVersions,
    templates: byId(templateVersions),
    templateVersions,
    bankHolidays: new Set(holidays.good.map(({ id }) => id)),
    portfolios: portfolios.good,
  }
}

const byId = <T extends { id: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.id, one]))

interface Versioned {
  id: string
  version: number
}

const byIdAndVersion = (a: Versioned, b: Versioned): number =>
  a.id === b.id ? a.version - b.version : a.id < b.id ? -1 : 1

interface Read<T> {
  good: readonly T[]
  faults: readonly DefinitionFault[]
}

/** A definition and the place that says it. */
interface Sourced<T> {
  definition: T
  source: YamlSource
  /** The way to it within its file. */
  path: Path
}

interface ReadInstruments extends Read<Instrument> {
  /** Instruments that some file means to define and does not, so that nothing can be said about who asks for them. */
  unusable: ReadonlySet<string>
}

function readInstruments({ sources, faults }: SurveyFiles): ReadInstruments {
  const found: Sourced<Instrument>[] = []
  const shapeFaults: DefinitionFault[] = []
  const unusable = new Set(faults.map(({ file }) => idInName(file)))
  for (const source of sources) {
    const read = instrumentFrom(source.content)
    if ('good' in read) {
      found.push({ definition: read.good, source, path: [] })
      continue
    }
    shapeFaults.push(...read.findings.map((finding) => instrumentFault(source, finding)))
    unusable.add(idInName(source.file))
    if (isFields(source.content)) unusable.add(String(source.content.instrument))
  }
  const good = found.map(({ definition }) => definition)
  const ruleFaults = found.flatMap(({ definition, source }) => {
    const versions = good.filter(({ id }) => id === definition.id)
    return [
      ...nameFindings(definition, source.file, 'instrument'),
      ...instrumentFindings(definition),
      ...(unusable.has(definition.id) ? [] : versionFindings(definition, versions)),
    ].map((finding) => instrumentFault(source, finding))
  })
  return {
    good,
    unusable,
    faults: [...faults, ...shapeFaults, ...ruleFaults, ...secondTimes(found, versionKey, 'instrument')],
  }
}

const versionKey = ({ id, version }: Versioned): string => `${id}@${version}`

const idInName = (file: string): string => basename(file).replace(/(\.v\d+)?\.ya?ml$/, '')

function nameFindings(
  { id, version }: Versioned,
  file: string,
  noun: 'instrument' | 'list' | 'return',
): Finding[] {
  const expected = `${id}.v${version}.yaml`
  if (basename(file) === expected) return []
  return [{ path: [noun], reason: `the file must be named ${expected}, after what it says` }]
}

const instrumentFault = (source: YamlSource, finding: Finding): DefinitionFault => ({
  file: source.file,
  line: source.lineOf(finding.path),
  reason: inContext(source.content, finding),
})

function readMeasures(files: SurveyFiles, instruments: ReadInstruments): Read<Measure> {
  // A combined measure may name one that stands behind it, so that all are read before its parts are looked for.
  const { good: all } = readListed(files, { noun: 'measure', from: measureFrom })
  const among = new Map(all.map((measure) => [measure.id, measure]))
  const said = new Set(files.sources.flatMap(({ content }) => namesIn(content)))
  const mayExist = (name: string): boolean => files.faults.length > 0 || said.has(name)
  const read = readListed(files, {
    noun: 'measure',
    from: measureFrom,
    findingsOf: (measure) => [
      ...findingsAmong(measure, instruments),
      ...partFindings(measure, among, mayExist),
    ],
  })
  const whole = (measure: Measure): Measure =>
    measure.kind === 'all-of' || measure.kind === 'any-of' ? withParts(measure, among) : measure
  return { ...read, good: read.good.map(whole) }
}

/** The measures that a file means to define, good or not. */
const namesIn = (content: unknown): unknown[] =>
  Array.isArray(content) ? content.map((entry: unknown) => (isFields(entry) ? entry.measure : undefined)) : []

function findingsAmong(measure: Measure, { good, unusable }: ReadInstruments): Finding[] {
  const instrument = instrumentOf(measure)
  if (instrument === undefined || unusable.has(instrument.id)) return []
  return measureFindings(
    measure,
    good.filter((one) => one.id === instrument.id),
  )
}

/** @param isWhole whether what templates name could be read: what a broken file would define is not held against them */
function readTemplates(files: SurveyFiles, known: KnownToTemplates, isWhole: boolean): Read<ReturnTemplate> {
  const { good, faults } = readWhole<TemplateContent>(files, {
    ...{ noun: 'return', from: templateFrom, keyOf: versionKey },
    findingsOf: (template, file) => [
      ...nameFindings(template, file, 'return'),
      ...(isWhole ? templateFindings(template, known) : []),
    ],
  })
  const isSound = isWhole && faults.length === 0
  return { good: isSound ? good.map((template) => templateWithMeasures(template, known)) : [], faults }
}

/** What has a file of its own, under the name that the field called as the noun gives it. */
interface InWhole<T> {
  noun: string
  from: (content: unknown) => { good: T } | { findings: Finding[] }
  findingsOf: (definition: T, file: string) => Finding[]
  keyOf: (definition: T) => string
}

function readWhole<T>(
  { sources, faults }: SurveyFiles,
  { noun, from, findingsOf, keyOf }: InWhole<T>,
): Read<T> {
  const found: Sourced<T>[] = []
  const ownFaults: DefinitionFault[] = []
  for (const source of sources) {
    const { file } = source
    const read = from(source.content)
    const findings = 'good' in read ? findingsOf(read.good, file) : read.findings
    ownFaults.push(...findings.map(({ path, reason }) => ({ file, line: source.lineOf(path), reason })))
    if ('good' in read) found.push({ definition: read.good, source, path: [noun] })
  }
  return {
    good: found.map(({ definition }) => definition),
    faults: [...faults, ...ownFaults, ...secondTimes(found, keyOf, noun)],
  }
}

/** What stands in lists, each entry under the name that the field called as the noun gives it. */
interface Listed<T> {
  noun: string
  from: (entry: unknown) => { good: T } | { findings: Finding[] }
  findingsOf?: (definition: T) => Finding[]
}

function readListed<T extends { id: string }>(
  { sources, faults }: SurveyFiles,
  { noun, from, findingsOf = () => [] }: Listed<T>,
): Read<T> {
  const found: Sourced<T>[] = []
  const ownFaults: DefinitionFault[] = []
  for (const source of sources) {
    const { file, content } = source
    if (!Array.isArray(content)) {
      ownFaults.push({ file, line: 1, reason: `must be a list: each ${noun} begins with "- ${noun}:"` })
      continue
    }
    content.forEach((entry: unknown, at) => {
      const read = from(entry)
      const findings = 'good' in read ? findingsOf(read.good) : read.findings
      ownFaults.push(
        ...findings.map(({ path, reason }) => ({
          file,
          line: source.lineOf([at, ...path]),
          reason: `${noun} ${nameOf(entry, noun, at)}: ${reason}`,
        })),
      )
      if ('good' in read) found.push({ definition: read.good, source, path: [at, noun] })
    })
  }
  return {
    good: found.map(({ definition }) => definition),
    faults: [...faults, ...ownFaults, ...secondTimes(found, ({ id }) => id, noun)],
  }
}

/** A fault for every definition whose name an earlier one has, in whatever file. */
function secondTimes<T>(
  found: readonly Sourced<T>[],
  keyOf: (definition: T) => string,
  noun: string,
): DefinitionFault[] {
  const first = new Map<string, string>()
  return found.flatMap(({ definition, source, path }) => {
    const key = keyOf(definition)
    const line = source.lineOf(path)
    const earlier = first.get(key)
    if (earlier !== undefined) {
      return [{ file: source.file, line, reason: `${noun} ${key} is already defined in ${earlier}` }]
    }
    first.set(key, `${source.file}:${line}`)
    return []
  })
}
