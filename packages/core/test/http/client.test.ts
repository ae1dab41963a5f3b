import { ProviderInvalidResponseError } from '@finport/core'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { json, request, scripted } from './scripted-client.ts'

describe('what is sent', () => {
  test('arguments become one segment each, whatever is in them', async () => {
    const { client, sent } = scripted([json({})])
    for (const argument of ['a/b', '//evil.example', '../../admin', '?x=1#y', 'é %2e', 'https://evil.example/']) {
      await client.request({ ...request, path: [argument, 'positions'] })
    }
    expect(sent.map(({ url }) => url)).toEqual([
      'https://api.example.com/v1/accounts/a%2Fb/positions',
      'https://api.example.com/v1/accounts/%2F%2Fevil.example/positions',
      'https://api.example.com/v1/accounts/..%2F..%2Fadmin/positions',
      'https://api.example.com/v1/accounts/%3Fx%3D1%23y/positions',
      'https://api.example.com/v1/accounts/%C3%A9%20%252e/positions',
      'https://api.example.com/v1/accounts/https%3A%2F%2Fevil.example%2F/positions',
    ])
  })

  test.each(['', '.', '..', '\ud800'])('the segment %j is refused before anything is sent', async (argument) => {
    const { client, sent } = scripted([json({})])
    const error = (await client.request({ ...request, path: [argument], argument: 'providerAccountId' })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'providerAccountId' }] })
    expect(sent).toEqual([])
  })

  test.each([
    '//evil.example/x',
    '/v1/accounts',
    'https://evil.example/',
    'http://api.example.com/',
    'https://me:word@api.example.com/',
    'file:///etc/passwd',
    'https://api.example.com.evil.example/',
  ])('nothing is sent to %s', async (url) => {
    const { client, sent, waits } = scripted([json({})])
    const error = (await client.request({ ...request, url })).unwrapErr()
    expect(error).toBeInstanceOf(ProviderInvalidResponseError)
    expect(error.message).not.toContain('evil')
    expect({ sent, waits }).toEqual({ sent: [], waits: [] })
  })

  test('a query, with lists and without what is undefined', async () => {
    const { client, sent } = scripted([json({})])
    await client.request({
      ...request,
      url: 'https://api.example.com/v1/accounts?fixed=yes',
      query: { types: ['A,B', 'C'], token: '20240301::é', size: 100, all: true, until: undefined },
    })
    expect(sent[0]?.url).toBe(
      'https://api.example.com/v1/accounts?fixed=yes&types=A%2CB&types=C&token=20240301%3A%3A%C3%A9&size=100&all=true',
    )
  })

  test('JSON, forms and headers', async () => {
    const { client, sent } = scripted([json({})])
    await client.request({ ...request, method: 'PUT', json: { a: [1] }, headers: { 'x-key': 'one' } })
    await client.request({ ...request, method: 'POST', form: { grant_type: 'a b', code: '=&' } })
    expect(await sent[0]?.text()).toBe('{"a":[1]}')
    expect(sent.map(({ method, headers }) => [method, headers.get('content-type'), headers.get('x-key')])).toEqual([
      ['PUT', 'application/json', 'one'],
      ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', null],
    ])
    expect(await sent[1]?.text()).toBe('grant_type=a+b&code=%3D%26')
  })

  test.each(['Bearer one\ntwo', 'Bearer ключ'])('no header that can not be sent: %j', async (authorization) => {
    const { client, sent, waits } = scripted([json({})])
    const error = (await client.request({ ...request, headers: { accept: '*/*', authorization } })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_INPUT', issues: [{ path: 'headers.authorization' }] })
    expect(JSON.stringify(error)).not.toMatch(/one|ключ/)
    expect([sent, waits]).toEqual([[], []])
  })

  test('redirects are not for the platform to follow', async () => {
    const { client, sent } = scripted([json({})])
    await client.request(request)
    expect(sent[0]?.redirect).toBe('manual')
  })
})

describe('what comes back', () => {
  test('the value, the status, the headers and the id of the request', async () => {
    const { client } = scripted([json({ id: 1 }, { status: 201, headers: { 'x-request-id': 'r-1', 'x-more': 'yes' } })])
    const answer = (await client.request(request)).unwrap()
    expect(answer).toMatchObject({ status: 201, requestId: 'r-1', value: { id: 1 } })
    expect(answer.headers.get('x-more')).toBe('yes')
  })

  test('a request id that looks like something else is left out', async () => {
    const { client } = scripted([json({}, { headers: { 'x-request-id': 'Bearer abc def' } })])
    expect((await client.request(request)).unwrap().requestId).toBeNull()
  })

  test('numbers keep their digits', async () => {
    const { client } = scripted([
      new Response('{"id":9007199254740993,"price":12.50,"cost":49.6499849505605227113711001112}'),
    ])
    expect((await client.request(request)).unwrap().value).toEqual({
      id: '9007199254740993',
      price: 12.5,
      cost: '49.6499849505605227113711001112',
    })
  })

  test('nothing that is nested more deeply than data are, which nobody could write out again', async () => {
    const nested = (depth: number) => `${'{"in":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`
    const { client } = scripted([() => new Response(nested(100)), () => new Response(nested(100_000))])
    expect((await client.request(request)).isOk()).toBe(true)
    expect((await client.request(request)).unwrapErr()).toMatchObject({
      code: 'PROVIDER_INVALID_RESPONSE',
      message: expect.stringContaining('deeply'),
    })
  })

  test('text, bytes, or nothing', async () => {
    const { client } = scripted([new Response('é')])
    expect((await client.request({ ...request, as: 'text' })).unwrap().value).toBe('é')
    expect((await client.request({ ...request, as: 'bytes' })).unwrap().value).toEqual(new Uint8Array([0xc3, 0xa9]))
    expect((await client.request({ ...request, as: 'nothing' })).unwrap().value).toBeNull()
  })

  test('what the schema makes of it', async () => {
    const { client } = scripted([json({ rows: [{ id: '1' }] })])
    const schema = z.object({ rows: z.array(z.object({ id: z.string().transform(Number) })) })
    const rows: { id: number }[] = (await client.request({ ...request, schema })).unwrap().value.rows
    expect(rows).toEqual([{ id: 1 }])
  })

  test('the paths of what the schema does not take, never a value', async () => {
    const { client } = scripted([json({ rows: [{ id: '1' }, { id: 'canary-5151' }] })])
    const schema = z.object({ rows: z.array(z.object({ id: z.enum(['1']) })) })
    const error = (await client.request({ ...request, schema })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', status: 200, issues: [{ path: '$.rows[1].id' }] })
    expect(JSON.stringify(error)).not.toContain('canary')
  })

  test('a schema that has to wait', async () => {
    const { client } = scripted([json({ id: 'a' })])
    const schema = z.object({ id: z.string().refine(async (id) => id === 'b') })
    expect((await client.request({ ...request, schema })).unwrapErr()).toMatchObject({ issues: [{ path: '$.id' }] })
  })

  test.each([
    ['nothing', '', 'nothing'],
    ['a page', '  <!doctype html><title>Sorry</title>', 'web page'],
    ['half of it', '{"rows":[{"id":1', 'only a part'],
    ['text', 'OK', 'no JSON'],
  ])('%s where JSON is expected', async (_, body, said) => {
    const { client, sent } = scripted([new Response(body)])
    const error = (await client.request(request)).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', status: 200, issues: [] })
    expect(error.message).toContain(said)
    expect(sent).toHaveLength(1)
  })

  test('more bytes than allowed, however they are said to be fewer', async () => {
    const { client } = scripted([new Response('x'.repeat(101), { headers: { 'content-length': '5' } })], {
      maxBodyBytes: 100,
    })
    const error = (await client.request({ ...request, as: 'text' })).unwrapErr()
    expect(error).toMatchObject({ code: 'PROVIDER_INVALID_RESPONSE', message: expect.stringContaining('100 bytes') })
  })

  test('as many bytes as allowed', async () => {
    const { client } = scripted([new Response('x'.repeat(100))], { maxBodyBytes: 100 })
    expect((await client.request({ ...request, as: 'text' })).unwrap().value).toHaveLength(100)
  })
})
