import { testShort } from '../drill/as-test.ts'
import { restored } from '../drill/17-restored.ts'

testShort(restored)
