import { AssertionError } from 'node:assert/strict'
import type { Drill, Scale } from './drill.ts'
import { sabotagedCopyOf, type Product } from './product.ts'
import { World } from './world.ts'

/** `kept`: the product kept its promise; `broken`: it did not; `undone`: the drill itself could not be done. */
export type Result = { how: 'kept' } | { how: 'broken' | 'undone'; why: string }

export interface Outcome {
  result: Result
  seconds: number
}

/**
 * Does a drill in a world of its own.
 *
 * @param product what it is done on, made in a folder that is still to be made
 */
export async function runDrill(
  drill: Drill,
  scale: Scale,
  product: (folder: string) => Product,
): Promise<Outcome> {
  const started = performance.now()
  const world = new World(scale)
  const doing = async (): Promise<void> => {
    world.product = product(world.path('product'))
    await drill.run(world, scale)
  }
  const result = await doing().then(
    (): Result => ({ how: 'kept' }),
    (error: unknown): Result => ({
      how: error instanceof AssertionError ? 'broken' : 'undone',
      why: error instanceof Error ? error.message : String(error),
    }),
  )
  world.end()
  return { result, seconds: (performance.now() - started) / 1000 }
}

/** The same on a copy without the protection that the drill is about. */
export async function runSabotaged(drill: Drill, scale: Scale, product: Product): Promise<Outcome> {
  const { edits } = drill.sabotage
  return runDrill(drill, scale, (folder) => sabotagedCopyOf(product, folder, edits))
}
