export type { ConformanceCase } from './conformance-case.ts'
export { type CredentialRepositoryHarness, credentialRepositoryConformance } from './credential-repository.ts'
export type { ProviderHarness } from './harness.ts'
export { providerConformance } from './provider.ts'
