import { testShort } from '../drill/as-test.ts'
import { stopped } from '../drill/11-stopped.ts'

testShort(stopped)
