import { testShort } from '../drill/as-test.ts'
import { compareScenes, LITTLE, smallGroups } from '../drill/12-small-groups.ts'

// The attacks are tests by themselves.
testShort({ ...smallGroups, run: (world) => compareScenes(world, [1, 4], LITTLE) })
