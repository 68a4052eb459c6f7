import { testShort } from '../drill/as-test.ts'
import { erased } from '../drill/15-erased.ts'

testShort(erased)
