import { AssertionError } from 'node:assert/strict'
import type { World } from './world.ts'

/** An exact piece of text of the product, and what stands there once its protection is taken out. */
export interface Edit {
  /** From the product's folder: `dist/…` where the drill runs what is built, `src/…` where it runs test files. */
  file: string
  text: string
  by: string
}

/** What takes out of the product the protection that a drill is about. */
export interface Sabotage {
  /** In the words of the table. */
  what: string
  edits: readonly Edit[]
}

/** A drill as its file writes it: how much of it is done is a matter of size. */
export interface DrillPlan<Size> {
  number: number
  title: string
  /** As reliability is promised, and so small that `npm test` can afford it. */
  full: Size
  short: Size
  load: (size: Size) => string
  faults: (size: Size) => string
  /** @throws {AssertionError} where the product breaks its promise; anything else: the drill itself could not be done */
  run: (world: World, size: Size) => Promise<void>
  sabotage: Sabotage
}

export type Scale = 'full' | 'short'

/** A drill as it is run. */
export interface Drill {
  number: number
  title: string
  load: (scale: Scale) => string
  faults: (scale: Scale) => string
  run: (world: World, scale: Scale) => Promise<void>
  sabotage: Sabotage
}

export const asDrill = <Size>(plan: DrillPlan<Size>): Drill => ({
  number: plan.number,
  title: plan.title,
  load: (scale) => plan.load(plan[scale]),
  faults: (scale) => plan.faults(plan[scale]),
  run: (world, scale) => plan.run(world, plan[scale]),
  sabotage: plan.sabotage,
})

/** The product broke what it promises. */
export function fail(message: string): never {
  throw new AssertionError({ message })
}

export function check(isKept: boolean, message: string): asserts isKept {
  if (!isKept) fail(message)
}

export const whole = (value: number): string => value.toLocaleString('en-GB')
