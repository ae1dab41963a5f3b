export type { ConformanceCase, ProviderHarness } from './harness.ts'
export { providerConformance } from './provider.ts'
