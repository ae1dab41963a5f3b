export { acme } from './provider.ts'
