import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Edit } from './drill.ts'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** What a product needs to run, and its tests. */
const PARTS = ['dist', 'src', 'workers', 'drizzle', 'surveys', 'test', 'package.json', 'tsconfig.json']

/** The product that a drill runs: what is built, or its sources where nothing needs to be built first. */
export interface Product {
  folder: string
  /** @param name as `src/server` or `workers/index` */
  program: (name: string) => string
}

export const sourceProduct: Product = productIn(PROJECT, 'source')

function productIn(folder: string, as: 'built' | 'source'): Product {
  return {
    folder,
    program: (name) => join(folder, as === 'built' ? `dist/${name}.js` : `${name}.ts`),
  }
}

/** A copy of what is built: whoever builds again meanwhile changes nothing under a drill. */
export function copyOf(from: string, folder: string): Product {
  mkdirSync(folder)
  for (const part of PARTS) cpSync(join(from, part), join(folder, part), { recursive: true })
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  return productIn(folder, 'built')
}

export const copyOfProject = (folder: string): Product => copyOf(PROJECT, folder)

/**
 * A copy without a protection.
 *
 * @throws {Error} unless each text is found exactly once: the product has changed, and the sabotage with it
 */
export function sabotagedCopyOf(from: Product, folder: string, edits: readonly Edit[]): Product {
  const copy = copyOf(from.folder, folder)
  for (const { file, text, by } of edits) {
    const path = join(folder, file)
    const pieces = readFileSync(path, 'utf8').split(text)
    if (pieces.length !== 2) {
      throw new Error(
        `The sabotage no longer fits: ${file} has its text ${pieces.length - 1} times, not once.`,
      )
    }
    writeFileSync(path, pieces.join(by))
  }
  return copy
}
