import { testShort } from '../drill/as-test.ts'
import { anyOrder } from '../drill/10-any-order.ts'

testShort(anyOrder)
