import t from 'tap'
import type { Drill } from './drill.ts'
import { sourceProduct } from './product.ts'
import { runDrill } from './run.ts'

/** A drill's short form as a test, on the sources: the same as `npm run drill -- --short`, without a build. */
export function testShort(drill: Drill): void {
  t.test(`drill ${drill.number}, short: ${drill.title}`, async (t) => {
    const { result } = await runDrill(drill, 'short', () => sourceProduct)
    t.same(result, { how: 'kept' })
  })
}
