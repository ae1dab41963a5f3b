import { providerConformance, runConformance, toConformanceReport } from '@finport/core/conformance'
import { harness } from './harness.ts'

const results = await runConformance(providerConformance(harness))
console.log(toConformanceReport(results))
process.exitCode = results.every(({ problem }) => problem === null) ? 0 : 1
