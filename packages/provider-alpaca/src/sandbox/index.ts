export type { AlpacaSandboxFaults } from './faults.ts'
export { type AlpacaSandbox, type AlpacaSandboxOptions, createAlpacaSandbox } from './sandbox.ts'
