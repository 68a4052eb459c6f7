import type { Database } from '../database.ts'

export interface DefinitionVersion {
  kind: 'instrument' | 'list' | 'template'
  id: string
  version: string
  hash: string
}

/** Notes those not seen before; @returns those that were, with another hash. */
export async function recordVersions(
  owner: Database,
  versions: readonly DefinitionVersion[],
): Promise<DefinitionVersion[]> {
  if (versions.length === 0) return []
  await owner`insert into definition_versions ${owner([...versions])} on conflict do nothing`
  const stored = await owner<DefinitionVersion[]>`select kind, id, version, hash from definition_versions`
  const hashes = new Map(stored.map(({ kind, id, version, hash }) => [`${kind} ${id}@${version}`, hash]))
  return versions.filter(({ kind, id, version, hash }) => hashes.get(`${kind} ${id}@${version}`) !== hash)
}
