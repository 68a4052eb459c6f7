import type { Definitions } from '../definitions.ts'
import { recordVersions } from '../store/owner/definition-versions.ts'
import type { Database } from '../store/database.ts'

/**
 * Remembers what each published version says, and refuses to start where one says something else than before:
 * stored scores would no longer mean what they meant.
 *
 * @throws {Error} naming each version that was edited
 */
export async function recordDefinitions(
  owner: Database,
  { instruments, listVersions, templateVersions }: Definitions,
): Promise<void> {
  const versions = (
    kind: 'instrument' | 'list' | 'template',
    all: readonly { id: string; version: number; hash: string }[],
  ) => all.map(({ id, version, hash }) => ({ kind, id, version: String(version), hash }))
  const published = [
    ...versions('instrument', instruments),
    ...versions('list', listVersions),
    ...versions('template', templateVersions),
  ]
  const edited = await recordVersions(owner, published)
  if (edited.length === 0) return
  const names = edited.map(({ id, version }) => `${id}@${version}`).join(', ')
  throw new Error(`Published definitions were edited: ${names}. Publish a new version instead.`)
}
