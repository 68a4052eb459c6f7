import { testShort } from '../drill/as-test.ts'
import { malformed } from '../drill/09-malformed.ts'

testShort(malformed)
