import { AssertionError } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Drill, Scale } from './drill.ts'
import { builtProduct, sabotagedProduct, type Product } from './product.ts'
import { World } from './world.ts'

/** `kept`: the product kept its promise; `broken`: it did not; `undone`: the drill itself could not be done. */
export type Result = { how: 'kept' } | { how: 'broken' | 'undone'; why: string }

export interface Outcome {
  result: Result
  seconds: number
}

/** Does a drill in a world of its own. */
export async function runDrill(drill: Drill, scale: Scale, product: Product): Promise<Outcome> {
  const started = performance.now()
  const world = new World(product)
  const result = await drill.run(world, scale).then(
    (): Result => ({ how: 'kept' }),
    (error: unknown): Result => ({
      how: error instanceof AssertionError ? 'broken' : 'undone',
      why: error instanceof Error ? error.message : String(error),
    }),
  )
  world.end()
  return { result, seconds: (performance.now() - started) / 1000 }
}

/** Does it on what is built, or on a copy of that without the protection that the drill is about. */
export async function runBuilt(drill: Drill, scale: Scale, isSabotaged: boolean): Promise<Outcome> {
  if (!isSabotaged) return runDrill(drill, scale, builtProduct)
  const folder = mkdtempSync(join(tmpdir(), 'waymark-sabotage-'))
  try {
    return await runDrill(drill, scale, sabotagedProduct(join(folder, 'product'), drill.sabotage.edits))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
