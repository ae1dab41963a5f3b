import { providerConformance } from '@finport/core/conformance'
import { test } from 'vitest'
import { harness } from './harness.ts'

for (const { name, run } of providerConformance(harness)) test(name, run)
