import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, whether this runs as src/x.ts or as dist/src/x.js. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** A file or folder that comes with the package and is not compiled: surveys/, drizzle/migrations. */
export const packageFile = (path: string): string => join(packageFolder(), path)
