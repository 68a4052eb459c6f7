import { testShort } from '../drill/as-test.ts'
import { plantedStrings } from '../drill/14-planted.ts'

testShort(plantedStrings)
