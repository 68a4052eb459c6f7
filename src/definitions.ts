import { basename, resolve } from 'node:path'
import { bankHolidayFrom } from './definitions/bank-holiday-shape.ts'
import { figureFrom } from './definitions/figure-shape.ts'
import { instrumentFindings } from './definitions/instrument-rules.ts'
import { instrumentFrom } from './definitions/instrument-shape.ts'
import { instrumentOf, measureFindings, partFindings } from './definitions/measure-rules.ts'
import { measureFrom, withParts } from './definitions/measure-shape.ts'
import { inContext, isFields, nameOf } from './definitions/shape.ts'
import { folderFaults, readSurveyFiles, type SurveyFiles } from './definitions/survey-files.ts'
import { versionFindings } from './definitions/version-rules.ts'
import type { DefinitionFault, Finding, Path, YamlSource } from './definitions/yaml-source.ts'
import type { FigureName } from './domain/figure-name.ts'
import type { Instrument } from './domain/instrument.ts'
import type { Measure } from './domain/measure.ts'
import type { LondonDate } from './domain/period.ts'
import { packageFile } from './process/package-file.ts'

export type { DefinitionFault }

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
  /** The weekdays that are no working days in England. */
  bankHolidays: ReadonlySet<LondonDate>
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
 * Reads and checks `instruments/`, `measures/`, `figures/` and `calendars/` of each folder.
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
  const read: readonly Read<unknown>[] = [instruments, measures, figures, holidays]
  const faults = [...folderFaults(roots), ...read.flatMap((each) => each.faults)]
  if (faults.length > 0) throw new DefinitionFaults(faults)
  const sorted = instruments.good.toSorted(byIdAndVersion)
  return {
    instruments: sorted,
    instrument: (id, version) =>
      sorted.findLast((one) => one.id === id && (version === undefined || one.version === version)),
    measures: new Map(measures.good.map((measure) => [measure.id, measure])),
    figures: new Map(figures.good.map((figure) => [figure.id, figure])),
    bankHolidays: new Set(holidays.good.map(({ id }) => id)),
  }
}

const byIdAndVersion = (a: Instrument, b: Instrument): number =>
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
      ...nameFindings(definition, source.file),
      ...instrumentFindings(definition),
      ...(unusable.has(definition.id) ? [] : versionFindings(definition, versions)),
    ].map((finding) => instrumentFault(source, finding))
  })
  const key = ({ id, version }: Instrument): string => `${id}@${version}`
  return {
    good,
    unusable,
    faults: [...faults, ...shapeFaults, ...ruleFaults, ...secondTimes(found, key, 'instrument')],
  }
}

const idInName = (file: string): string => basename(file).replace(/(\.v\d+)?\.ya?ml$/, '')

function nameFindings({ id, version }: Instrument, file: string): Finding[] {
  const expected = `${id}.v${version}.yaml`
  if (basename(file) === expected) return []
  return [{ path: ['instrument'], reason: `the file must be named ${expected}, after what it says` }]
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
