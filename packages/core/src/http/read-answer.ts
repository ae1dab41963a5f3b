import {
  type ProviderError,
  type ProviderErrorContext,
  ProviderInvalidResponseError,
  ProviderUnavailableError,
} from '../errors/provider-error.ts'
import { isDeeperThanData, type Json } from '../json.ts'
import { Err, Ok, type Result } from '../result.ts'
import { discard, readBody } from './body.ts'
import { classifyStatus } from './classify-status.ts'
import type { Classify, HttpAnswer, HttpBody, HttpRequest } from './http-request.ts'
import { parseLosslessJson } from './lossless-json.ts'
import { isRetryableStatus, retryAfterOf } from './retry.ts'

/** How a sending ended, and what may be done about it. */
export type Outcome<T> = {
  result: Result<HttpAnswer<T>, ProviderError>
  status: number | null
  requestId: string | null
  mayRetry: boolean
  /** What the provider asks to wait. */
  askedMs: number | null
}

/** What an answer is read with. */
export type Reading<As extends keyof HttpBody, T> = {
  provider: string
  request: HttpRequest<As, T>
  idempotent: boolean
  classify: Classify
  requestIdHeader: string
  maxBodyBytes: number
  now: number
  /** Aborted when nobody waits for it any more. */
  ending: AbortSignal
}

/** More than this of a failure's body is of no use to anybody. */
const MAX_FAILURE_BYTES = 1024 * 1024

/** A fetch may have followed it though it was told not to. */
const isRedirect = ({ type, status, redirected }: Response) =>
  redirected || type === 'opaqueredirect' || (status >= 300 && status < 400)

/** The provider's id of a request, where it looks like one: it goes into errors and logs. */
function requestIdOf(headers: Headers, name: string): string | null {
  const id = headers.get(name)
  return id !== null && /^[\w.:=-]{1,128}$/.test(id) ? id : null
}

/** Reads an answer to its end: what was asked for, or which error it is. */
export async function readAnswer<As extends keyof HttpBody, T>(
  response: Response,
  { provider, request, idempotent, classify, requestIdHeader, maxBodyBytes, now, ending }: Reading<As, T>,
): Promise<Outcome<T>> {
  const { status, headers } = response
  const requestId = requestIdOf(headers, requestIdHeader)
  const context = { provider, operation: request.operation, status, requestId: requestId ?? undefined }
  const end = (result: Outcome<T>['result'], retry: Partial<Outcome<T>> = {}): Outcome<T> => ({
    result,
    status,
    requestId,
    mayRetry: false,
    askedMs: null,
    ...retry,
  })
  const notUnderstood = (what: string) =>
    end(
      Err(
        new ProviderInvalidResponseError({ ...context, message: `The provider '${provider}' answered with ${what}.` }),
      ),
    )

  if (isRedirect(response)) {
    discard(response.body)
    return notUnderstood('a redirect, which is never followed')
  }

  if (!response.ok) {
    const body = await readBody(response, Math.min(maxBodyBytes, MAX_FAILURE_BYTES), ending)
    const askedMs = retryAfterOf(status, headers, now)
    const retryAfterSeconds = askedMs === null ? null : Math.ceil(askedMs / 1000)
    const answer = { status, headers, body: toTolerantJson(body), context, retryAfterSeconds }
    const error = classify(answer) ?? classifyStatus(answer, request.argument)
    return end(Err(error), { mayRetry: error.retryable && isRetryableStatus(status, idempotent), askedMs })
  }

  if (request.as === 'nothing') {
    discard(response.body)
    return end(Ok({ status, headers, requestId, value: null as T }))
  }
  const body = await readBody(response, maxBodyBytes, ending)
  if (body === 'too_large') return notUnderstood(`more than ${maxBodyBytes} bytes`)
  if (body === 'interrupted') return end(Err(new ProviderUnavailableError(context)), { mayRetry: idempotent })
  if (request.as === 'bytes') return end(await toChecked(body, request, context).then(answerWith))
  const text = new TextDecoder().decode(body)
  if (request.as === 'text') return end(await toChecked(text, request, context).then(answerWith))

  const json = parseJson(text)
  if (json === undefined) return notUnderstood(describeText(text))
  if (isDeeperThanData(json)) return notUnderstood('JSON that is nested more deeply than any data')
  return end(await toChecked(json, request, context).then(answerWith))

  function answerWith(checked: Result<T, ProviderError>): Outcome<T>['result'] {
    return checked.map((value) => ({ status, headers, requestId, value }))
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return parseLosslessJson(text)
  } catch {
    return undefined
  }
}

/** The body of a failure in the best form there is. */
function toTolerantJson(body: Uint8Array | string): Json {
  if (typeof body === 'string') return ''
  const text = new TextDecoder().decode(body)
  const json = parseJson(text)
  return json === undefined || isDeeperThanData(json) ? text : json
}

/** What a text is that should be JSON, without quoting it. */
function describeText(text: string): string {
  const start = text.trimStart()
  if (start === '') return 'nothing, where JSON was expected'
  return start.startsWith('<') ? 'a web page or XML, where JSON was expected' : 'what is no JSON, or only a part of it'
}

/** A body as the schema makes it. Of what is wrong only the paths are kept: some validators print values in their messages. */
async function toChecked<As extends keyof HttpBody, T>(
  body: HttpBody[keyof HttpBody],
  { schema }: HttpRequest<As, T>,
  context: ProviderErrorContext,
): Promise<Result<T, ProviderError>> {
  if (schema === undefined) return Ok(body as T)
  const checked = await schema['~standard'].validate(body)
  if (checked.issues === undefined) return Ok(checked.value)
  return Err(
    new ProviderInvalidResponseError({
      ...context,
      issues: checked.issues.map(({ path = [] }) => ({ path: toPath(path) })),
    }),
  )
}

/** A path as text: `'$.accounts[0].balance'`. */
function toPath(segments: readonly (PropertyKey | { key: PropertyKey })[]): string {
  return segments.reduce<string>((path, segment) => {
    const key = typeof segment === 'object' ? segment.key : segment
    return typeof key === 'number' ? `${path}[${key}]` : `${path}.${String(key)}`
  }, '$')
}
