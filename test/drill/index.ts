import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeFolderForAll } from '../support/database-folder.ts'
import type { Drill, Scale } from './drill.ts'
import { drills } from './drills.ts'
import { copyOfProject } from './product.ts'
import { runDrill, runSabotaged, type Outcome } from './run.ts'

/**
 * `npm run drill`: the drills of the README on what is built, one after the other, as a table. With numbers, just those;
 * `--short` as little of each as `npm test` does; `--sabotage` on copies of the product without the protection that each drill
 * is about, where each has to turn red.
 *
 * Exit code 0 only if every drill came out as it should.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sabotage: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
})
const scale: Scale = values.short ? 'short' : 'full'

// A drill under way ends itself, and this process then.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(130)
  })
}

function chosen(): readonly Drill[] {
  if (positionals.length === 0) return drills
  return positionals.map((wanted) => {
    const found = drills.find(({ number }) => String(number) === wanted)
    if (found === undefined) {
      const known = drills.map(({ number }) => number).join(', ')
      process.stderr.write(`There is no drill ${wanted}; there are ${known}.\n`)
      process.exit(2)
    }
    return found
  })
}

const faultsOf = (drill: Drill): string => (values.sabotage ? drill.sabotage.what : drill.faults(scale))
const asked = chosen()
const headings = ['', 'drill', 'load', values.sabotage ? 'sabotage' : 'faults', 'result', 'time']
const widths = [headings, ...asked.map((drill) => cellsOf(drill))].reduce<number[]>(
  (widest, cells) => headings.map((_, at) => Math.max(widest[at] ?? 0, cells[at]?.length ?? 0)),
  [],
)

function cellsOf(drill: Drill): string[] {
  return [String(drill.number), drill.title, drill.load(scale), faultsOf(drill)]
}

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd()

/** Kept is green; under sabotage broken is, and nothing else: a drill that could not be done shows nothing. */
const isAsItShould = ({ result }: Outcome): boolean => result.how === (values.sabotage ? 'broken' : 'kept')

function show(drill: Drill, outcome: Outcome): void {
  const { result, seconds } = outcome
  const colour = { kept: 'green', broken: 'red', undone: 'undone' }[result.how]
  process.stdout.write(`${row([...cellsOf(drill), colour, `${seconds.toFixed(0)} s`])}\n`)
  if (result.how !== 'kept') process.stdout.write(`     ${result.why.split('\n').join('\n     ')}\n`)
}

const folder = makeFolderForAll('waymark-drills-')
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true })
})
const product = copyOfProject(join(folder, 'product'))
process.stdout.write(`${row(headings)}\n`)
let wrong = 0
for (const drill of asked) {
  const outcome = values.sabotage
    ? await runSabotaged(drill, scale, product)
    : await runDrill(drill, scale, () => product)
  show(drill, outcome)
  if (!isAsItShould(outcome)) wrong++
}
const expected = values.sabotage ? 'turned red, as each should without its protection' : 'are green'
process.stdout.write(
  wrong === 0
    ? `\nAll drills ${expected}.\n`
    : `\n${wrong} of these drills did not come out as they should.\n`,
)
process.exit(wrong === 0 ? 0 : 1)
