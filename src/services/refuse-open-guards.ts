import type { Database } from '../store/database.ts'
import { readGuards } from '../store/owner/guards.ts'

/**
 * Refuses to start on a database that would lose what was accepted, or that shows one tenant's rows to another if a route
 * were wrong: nobody would notice before it is too late.
 *
 * @throws {Error} with one line that says what is off and how it is put right
 */
export async function refuseOpenGuards(owner: Database): Promise<void> {
  const { isDurable, mightyRoles, ownedTables, openTables } = await readGuards(owner)
  if (!isDurable) {
    throw new Error(
      'PostgreSQL runs with fsync off, so that a power cut loses what was accepted: set fsync = on.',
    )
  }
  const [role] = mightyRoles
  if (role !== undefined) {
    throw new Error(`The role ${role} passes row security: alter role ${role} nosuperuser nobypassrls.`)
  }
  const [owned] = ownedTables
  if (owned !== undefined) {
    throw new Error(`The table ${owned} belongs to a role that serves requests: let the login own it.`)
  }
  const [open] = openTables
  if (open !== undefined) {
    throw new Error(
      `The table ${open} is without row security: alter table ${open} enable row level security, force row level security.`,
    )
  }
}
