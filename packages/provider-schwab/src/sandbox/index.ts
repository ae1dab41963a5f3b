export type { SandboxAccount, SandboxPosition, SandboxTransaction } from './account.ts'
export { type SchwabFault, type SchwabFaultKind, schwabFaultKinds } from './faults.ts'
export { createSchwabSandbox, type SchwabSandbox, type SchwabSandboxOptions } from './sandbox.ts'
