import { testShort } from '../drill/as-test.ts'
import { steady } from '../drill/20-steady.ts'

testShort(steady)
