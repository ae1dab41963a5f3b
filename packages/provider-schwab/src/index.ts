export { schwab } from './provider.ts'
