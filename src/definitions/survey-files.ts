import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type DefinitionFault, readYaml, type YamlSource } from './yaml-source.ts'

/** The definition files of one kind: those that can be read, and what is wrong with the others. */
export interface SurveyFiles {
  sources: readonly YamlSource[]
  faults: readonly DefinitionFault[]
}

/**
 * Reads the `.yaml` files of a subfolder of each folder, by name. A subfolder that is not there is an empty one. Notes
 * (`.md`) and hidden files may lie beside them; anything else is taken for a mistake in a file's name.
 */
export function readSurveyFiles(
  folders: readonly string[],
  subfolder: 'instruments' | 'measures' | 'figures' | 'calendars' | 'lists' | 'returns' | 'portfolio',
): SurveyFiles {
  const sources: YamlSource[] = []
  const faults: DefinitionFault[] = []
  for (const path of folders.flatMap((folder) => entriesOf(join(folder, subfolder)))) {
    const file = shown(path)
    if (isFolder(path) || !path.endsWith('.yaml')) {
      faults.push({ file, line: 1, reason: `only files named .yaml belong in ${subfolder}` })
      continue
    }
    const read = readYaml(path, file)
    if ('content' in read) sources.push(read)
    else faults.push(...read)
  }
  return { sources, faults }
}

/** What is wrong with folders that were named and are not there: most likely the name. */
export const folderFaults = (folders: readonly string[]): DefinitionFault[] =>
  folders
    .filter((folder) => !isFolder(folder))
    .map((folder) => ({ file: shown(folder), line: 1, reason: 'there is no such folder' }))

function entriesOf(folder: string): string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && !name.endsWith('.md'))
    .sort()
    .map((name) => join(folder, name))
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** As people name it from where they are, if it lies there. */
function shown(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere === '' || fromHere.startsWith('..') ? path : fromHere
}
