import { testShort } from '../drill/as-test.ts'
import { compareScenes, LITTLE, smallGroups } from '../drill/12-small-groups.ts'
import { LEAST } from '../drill/small-scene.ts'

// Its other half are tests of their own: test/domain/disclosure and test/api/disclosure.test.ts.
testShort({ ...smallGroups, run: (world) => compareScenes(world, [1, LEAST - 1], LITTLE) })
