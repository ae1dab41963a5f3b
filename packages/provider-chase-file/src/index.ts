export { chaseFile } from './provider.ts'
