import { parseArgs } from 'node:util'
import { benchBulk, benchMemory } from './figures/bulk.ts'
import { benchDisclosure } from './figures/disclosure.ts'
import { benchFreshness } from './figures/freshness.ts'
import { benchGrowth } from './figures/growth.ts'
import { benchPut, benchRowSecurity } from './figures/put.ts'
import { benchRecount } from './figures/recount.ts'
import { Report } from './report.ts'
import { closeStand, openStand, type Stand } from './stand.ts'

/**
 * `npm run bench`: each figure beside a floor measured in the same run, on DATABASE_URL or on the embedded database.
 * Absolute times say more about the machine than about waymark; the ratios are what to look at.
 */

const FIGURES: Readonly<Record<string, (stand: Stand) => Promise<void>>> = {
  put: benchPut,
  'row-security': benchRowSecurity,
  bulk: benchBulk,
  memory: benchMemory,
  recount: benchRecount,
  freshness: benchFreshness,
  disclosure: benchDisclosure,
  growth: benchGrowth,
}

const { values: asked, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(FIGURES)
const unknown = names.filter((name) => FIGURES[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(
    `There is no figure ${unknown.join(', ')}; there are ${Object.keys(FIGURES).join(', ')}.\n`,
  )
  process.exit(2)
}

const seconds = Number(process.env.BENCH_SECONDS ?? 20)
const repeats = Number(process.env.BENCH_REPEATS ?? 3)
const report = new Report({ isJson: asked.json })
const on = process.env.DATABASE_URL === undefined ? 'the embedded PostgreSQL' : 'the given PostgreSQL'
report.note(`On ${on}, ${repeats} repeats: the median (least to most); loads of ${seconds} s.`)
for (const name of names) {
  // Each on a database of its own, so that none is slowed down by what another one has left there.
  const stand = await openStand(report, { seconds, repeats })
  try {
    await FIGURES[name]?.(stand)
  } finally {
    await closeStand(stand)
  }
}
report.end({ on, seconds, repeats })
