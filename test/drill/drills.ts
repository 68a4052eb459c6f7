import type { Drill } from './drill.ts'
import { workerKilled } from './01-worker-killed.ts'
import { apiKilled } from './02-api-killed.ts'
import { databaseStopped } from './03-database-stopped.ts'
import { redisLost } from './04-redis-lost.ts'
import { redisFull } from './05-redis-full.ts'
import { sameKey } from './06-same-key.ts'
import { tenants } from './07-tenants.ts'
import { rowSecurity } from './08-row-security.ts'
import { malformed } from './09-malformed.ts'
import { anyOrder } from './10-any-order.ts'
import { stopped } from './11-stopped.ts'
import { smallGroups } from './12-small-groups.ts'
import { dueReturns } from './13-due-returns.ts'
import { plantedStrings } from './14-planted.ts'
import { erased } from './15-erased.ts'
import { audit } from './16-audit.ts'
import { restored } from './17-restored.ts'
import { startGuards } from './18-start-guards.ts'
import { poison } from './19-poison.ts'
import { steady } from './20-steady.ts'

/** In the order of their numbers. */
export const drills: readonly Drill[] = [
  ...[workerKilled, apiKilled, databaseStopped, redisLost, redisFull, sameKey, tenants, rowSecurity],
  ...[
    malformed,
    anyOrder,
    stopped,
    smallGroups,
    dueReturns,
    plantedStrings,
    erased,
    audit,
    restored,
    startGuards,
    poison,
    steady,
  ],
]
