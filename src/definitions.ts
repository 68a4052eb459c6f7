import { basename, resolve } from 'node:path'
import { instrumentFindings } from './definitions/instrument-rules.ts'
import { instrumentFrom } from './definitions/instrument-shape.ts'
import { measureFindings } from './definitions/measure-rules.ts'
import { measureFrom } from './definitions/measure-shape.ts'
import { inContext, isFields, nameOf } from './definitions/shape.ts'
import { folderFaults, readSurveyFiles, type SurveyFiles } from './definitions/survey-files.ts'
import { versionFindings } from './definitions/version-rules.ts'
import type { DefinitionFault, Finding, Path, YamlSource } from './definitions/yaml-source.ts'
import type { Instrument } from './domain/instrument.ts'
import type { Measure } from './domain/measure.ts'
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
 * Reads and checks `instruments/` and `measures/` of each folder.
 *
 * @param folders surveys/ and others laid out like it; measures may use the instruments of all of them
 * @throws {DefinitionFaults} with every fault of every file
 * @example loadDefinitions([surveysFolder]).instrument('victim-needs')?.version // 1
 */
export function loadDefinitions(folders: readonly string[]): Definitions {
  const roots = [...new Set(folders.map((folder) => resolve(folder)))]
  const instruments = readInstruments(readSurveyFiles(roots, 'instruments'))
  const measures = readMeasures(readSurveyFiles(roots, 'measures'), instruments)
  const faults = [...folderFaults(roots), ...instruments.faults, ...measures.faults]
  if (faults.length > 0) throw new DefinitionFaults(faults)
  const sorted = instruments.good.toSorted(byIdAndVersion)
  return {
    instruments: sorted,
    instrument: (id, version) =>
      sorted.findLast((one) => one.id === id && (version === undefined || one.version === version)),
    measures: new Map(measures.good.map((measure) => [measure.id, measure])),
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

function readMeasures({ sources, faults }: SurveyFiles, instruments: ReadInstruments): Read<Measure> {
  const found: Sourced<Measure>[] = []
  const ownFaults: DefinitionFault[] = []
  for (const source of sources) {
    if (!Array.isArray(source.content)) {
      ownFaults.push({
        file: source.file,
        line: 1,
        reason: 'must be a list: each measure begins with "- measure:"',
      })
      continue
    }
    source.content.forEach((entry: unknown, at) => {
      const read = measureFrom(entry)
      const findings = 'good' in read ? findingsAmong(read.good, instruments) : read.findings
      ownFaults.push(...findings.map((finding) => measureFault(source, entry, at, finding)))
      if ('good' in read) found.push({ definition: read.good, source, path: [at, 'measure'] })
    })
  }
  return {
    good: found.map(({ definition }) => definition),
    faults: [...faults, ...ownFaults, ...secondTimes(found, ({ id }) => id, 'measure')],
  }
}

function findingsAmong(measure: Measure, { good, unusable }: ReadInstruments): Finding[] {
  const { id } = measure.instrument
  if (unusable.has(id)) return []
  return measureFindings(
    measure,
    good.filter((one) => one.id === id),
  )
}

const measureFault = (
  source: YamlSource,
  entry: unknown,
  at: number,
  { path, reason }: Finding,
): DefinitionFault => ({
  file: source.file,
  line: source.lineOf([at, ...path]),
  reason: `measure ${nameOf(entry, 'measure', at)}: ${reason}`,
})

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
