import { once } from 'node:events'
import { spawnProgram } from '../support/process.ts'
import { check } from './drill.ts'
import type { World } from './world.ts'

type Environment = Record<string, string | undefined>

/**
 * Runs a command of the product to its end, as an operator does; a signal to the drill ends it, too.
 *
 * @param name as `src/backup/backup`
 * @returns what it said
 * @throws {AssertionError} with that, if it failed
 */
export async function runCommand(
  world: World,
  name: string,
  env: Environment,
  args: readonly string[] = [],
): Promise<string> {
  const child = spawnProgram(world.product.program(name), env, args)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (said += String(data)))
  const closed = once(child, 'close')
  const code = await world.lookAfter(child)
  await closed
  check(code === 0, `${name} ended with ${code}: ${said}`)
  return said
}

/** @throws {AssertionError} unless every chain of the audit log holds, and the provider has one */
export async function verifyAudit(world: World, env: Environment): Promise<void> {
  const said = await runCommand(world, 'src/audit-verify', env)
  check(/^prov: [1-9]/m.test(said), `the provider has no audit log: ${said}`)
}
