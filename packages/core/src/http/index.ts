export { createHttpClient, type HttpClient, type HttpClientOptions } from './client.ts'
export type { Classify, FailedAnswer, HttpAnswer, HttpBody, HttpRequest } from './http-request.ts'
export { parseLosslessJson } from './lossless-json.ts'
