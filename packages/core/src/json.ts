/**
 * Plain JSON data. Everything Finport hands out as data fits this type, so it survives `JSON.stringify`, `structuredClone`, a job queue and a
 * database column unchanged.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
