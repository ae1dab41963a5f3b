export { alpaca } from './provider.ts'
