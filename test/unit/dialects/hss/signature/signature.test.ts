import { createHash } from 'node:crypto'
import querystring from 'node:querystring'
import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js'
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  canonicalRequest,
  type SignedRequest,
} from '../../../../../src/dialects/hss/signature/canonical-request.ts'
import {
  checkSignature,
  parseAuthorization,
  signatureOf,
} from '../../../../../src/dialects/hss/signature/signature.ts'

const SECRET = 'local-test-secret-key-not-real-0123456789'
const PROJECT = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const SIGNED_AT = '20250121T132050Z'
const NOW_MS = Date.UTC(2025, 0, 21, 13, 20, 50)
const SIGNED = ['content-type', 'host', 'x-project-id', 'x-sdk-date']
const EMPTY = Buffer.alloc(0)

function request(query = '', more: SignedRequest['headers'] = {}): SignedRequest {
  return {
    method: 'GET',
    url: `/v5/${PROJECT}/container/image/events${query}`,
    headers: {
      'content-type': 'application/json',
      host: '127.0.0.1:8080',
      'x-project-id': PROJECT,
      'x-sdk-date': SIGNED_AT,
      ...more,
    },
    body: EMPTY,
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('the canonical request of the signing guide has the hash that the guide states', () => {
  const canonical = canonicalRequest(
    {
      method: 'GET',
      url:
        '/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2' +
        '&marker=13551d6b-755d-4757-b956-536f674975c0',
      headers: {
        'content-type': 'application/json',
        host: 'service.region.example.com',
        'x-sdk-date': '20191115T033655Z',
      },
      body: EMPTY,
    },
    ['content-type', 'host', 'x-sdk-date'],
  )
  expect(sha256(canonical)).toBe('b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a')
})

const VECTORS = [
  {
    name: 'no query',
    request: request(),
    signedHeaders: SIGNED,
    hash: '31537891cc2c5523a323bc7c7a29d073c023f0d5e5325f26dfa8304b2655453e',
    signature: '2be5ca76edb4396751ec56372e907754407f17ae45fc9350c5881596bd8eb402',
  },
  {
    name: "a query whose !'()*~ are raw on the wire",
    request: request(
      '?resource_type=scc_hss_container%2Fhello-world%3A*' +
        "&user_name=O'Brien%20(%E6%B5%8B%E8%AF%95)~x%20y" +
        '&start_time=1737465650731&limit=10&offset=0',
    ),
    signedHeaders: SIGNED,
    hash: '73f40db42ce1740cb49e2576a7f1a6cc9c489e46394366f584a0032d03921a13',
    signature: '127d4759bc2dd7b3d76dbe4328bfb13fbbe1019e334f2d907c326b7d3ca35293',
  },
  {
    name: 'a further signed header',
    request: request('?event_name=operation&limit=200&offset=20', {
      'x-security-token': 'local-sts-token',
    }),
    signedHeaders: ['content-type', 'host', 'x-project-id', 'x-sdk-date', 'x-security-token'],
    hash: 'cf4e184e1f1c6edeb344ebe2518e4c7cbf27a93954d93701d13e07e0fc74d845',
    signature: '5d459cece4b1377c5b4a9f7a0f6e000aa4dd35cfc412b7bbc1a9e348d94a1552',
  },
]

test.each(VECTORS)('the vendor signs the same: $name', (vector) => {
  const canonical = canonicalRequest(vector.request, vector.signedHeaders)
  expect(sha256(canonical)).toBe(vector.hash)
  expect(signatureOf(canonical, SIGNED_AT, SECRET)).toBe(vector.signature)
  expect(check(vector.request, vector)).toEqual({ outcome: 'valid' })
})

const ODD_NAME = '/v5/Pr%C3%BCfung%20'
/** `Prüfung ` as Node.js reads its bytes. */
const ODD_HEADER = 'Pr\u00c3\u00bcfung '
const GO = ['user-agent', 'x-project-id', 'x-sdk-date']
const PYTHON = ['content-type', 'host', 'user-agent', 'x-project-id', 'x-sdk-date']

/** Made with the vendor's clients for Go 0.1.207 and Python 3.1.219. */
const CLIENT_VECTORS = [
  {
    name: 'Go, which signs no host',
    request: request('', { 'user-agent': 'huaweicloud-usdk-go/3.0' }),
    signedHeaders: GO,
    signature: '9b7e523fe36f6898e3d86d28307c3312c592084de5a0e203e434c074726b2cf7',
  },
  {
    name: 'Go, with a query',
    request: request(
      '?event_name&limit=10&user_name=O%27Brien%20%28%E6%B5%8B%E8%AF%95%29~x%20y%2B%2A',
      { 'user-agent': 'huaweicloud-usdk-go/3.0' },
    ),
    signedHeaders: GO,
    signature: 'e30bdd0749aae92a8506b3554da9811d2c7b22ce17be1a071f1f7710a75bd1c6',
  },
  {
    name: 'Go asking IAM for a project, which signs the date alone',
    request: { ...request(), url: '/v3/projects?name=cn-north-4' },
    signedHeaders: ['x-sdk-date'],
    signature: '1332581d3690c3ab110ad13f11f027913751bf23144a6f6d5dd6f31acc587787',
  },
  {
    name: 'Go, with a body that it does not sign',
    request: {
      ...request('', {
        'content-type': 'text/plain',
        'x-domain-id': 'acme',
        'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD',
      }),
      url: '/v3/projects',
      body: Buffer.from('anything'),
    },
    signedHeaders: ['x-domain-id', 'x-sdk-content-sha256', 'x-sdk-date'],
    signature: 'c53e63845705b1d4d3ad1c793abc7571515f1f9f405189f5b5b18ce3c5ff8181',
  },
  {
    name: 'Go, with a project that has to be encoded',
    request: {
      ...request('', { 'x-project-id': `${ODD_HEADER}a+b%41` }),
      url: `${ODD_NAME}a+b%2541/container/image/events`,
    },
    signedHeaders: ['x-project-id', 'x-sdk-date'],
    signature: '6ae3b0b25e93455f93ff85bfd175b6df024987fc284dbc47e4ef525cf88b8ca2',
  },
  {
    name: 'Python',
    request: request('?limit=10&user_name=O%27Brien%20%28%E6%B5%8B%E8%AF%95%29~x%20y%2B%2A', {
      'user-agent': 'huaweicloud-usdk-python/3.0',
    }),
    signedHeaders: PYTHON,
    signature: '42df45dfc407aadc1aed8a245fc04a2d0f46a7c4699fd1f6e79167bc44315099',
  },
  {
    name: 'Python, with a project that has to be encoded',
    request: {
      ...request('', {
        'user-agent': 'huaweicloud-usdk-python/3.0',
        'x-project-id': `${ODD_HEADER}a/b%41`,
      }),
      url: `${ODD_NAME}a%2Fb%2541/container/image/events`,
    },
    signedHeaders: PYTHON,
    signature: '5678aab590065357179298ab54071456a01d88039a52cc5aa00d8c67cd5e0c3b',
  },
  {
    name: 'Python, which signs an empty body next to what it states',
    request: request('', {
      'content-type': 'text/plain',
      'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD',
    }),
    signedHeaders: ['content-type', 'host', 'x-project-id', 'x-sdk-content-sha256', 'x-sdk-date'],
    signature: '0cda8d14bb4b12685e0a05bdf25c282456984877468c0c7fcc0a3623e1eb63ec',
  },
]

test.each(CLIENT_VECTORS)("the signature of the vendor's client is valid: $name", (vector) => {
  expect(check(vector.request, vector)).toEqual({ outcome: 'valid' })
  for (const name of vector.signedHeaders.filter((one) => one !== 'x-sdk-date')) {
    const changed = { ...vector.request.headers, [name]: `${vector.request.headers[name]}x` }
    expect(check({ ...vector.request, headers: changed }, vector).outcome).toBe('forged')
  }
  for (const url of [`${vector.request.url}x`, vector.request.url.replace('/v', '/V')]) {
    expect(check({ ...vector.request, url }, vector).outcome).toBe('forged')
  }
})

test("what the vendor's client for JavaScript signs is valid, whatever is in it", () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  const project = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
  const query = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), text, { maxKeys: 5 })
  const extra = fc.dictionary(
    fc.stringMatching(/^x-[a-z]{1,9}$/),
    fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
    { maxKeys: 4 },
  )
  fc.assert(
    fc.property(project, query, extra, (id, parameters, headers) => {
      const path = `/v5/${encodeURIComponent(id)}/container/image/events`
      const sent = AKSKSigner.sign(
        {
          method: 'GET',
          endpoint: `http://127.0.0.1:8080${path}`,
          queryParams: { ...parameters },
          headers: { ...headers, 'content-type': 'application/json' },
        },
        new BasicCredentials().withAk('AK').withSk(SECRET),
      )
      const lowerCase = Object.fromEntries(
        Object.entries(sent).map(([name, value]) => [name.toLowerCase(), String(value)]),
      )
      const authorization = parseAuthorization(lowerCase['authorization'])
      if (authorization === undefined) throw new Error('no authorization')
      const url = `${path}?${querystring.stringify(parameters)}`
      const signed = { method: 'GET', url, headers: lowerCase, body: EMPTY }
      expect(checkSignature(signed, authorization, SECRET, Date.now()).outcome).toBe('valid')
    }),
  )
})

test('a query in another order or otherwise encoded has the same signature', () => {
  const [, vector] = VECTORS
  if (vector === undefined) throw new Error('no second vector')
  const rewritten = request(
    '?offset=0&limit=10&start_time=1737465650731' +
      '&user_name=O%27Brien%20%28%e6%b5%8b%e8%af%95%29%7Ex%20y' +
      '&resource_type=scc_hss_container/hello-world:%2A',
  )
  expect(check(rewritten, vector)).toEqual({ outcome: 'valid' })
})

test('a signature holds for fifteen minutes before and after, no longer', () => {
  const [vector] = VECTORS
  if (vector === undefined) throw new Error('no vector')
  const minutes = 60_000
  for (const offset of [-15 * minutes, 15 * minutes]) {
    expect(check(request(), vector, NOW_MS + offset).outcome).toBe('valid')
  }
  for (const offset of [-16 * minutes, 16 * minutes]) {
    expect(check(request(), vector, NOW_MS + offset)).toEqual({
      outcome: 'expired',
      signedAt: SIGNED_AT,
    })
  }
})

test('the date must be signed, and every signed header be there', () => {
  const [vector] = VECTORS
  if (vector === undefined) throw new Error('no vector')
  const without = (name: string) => SIGNED.filter((one) => one !== name)
  expect(check(request(), { ...vector, signedHeaders: without('x-sdk-date') })).toEqual({
    outcome: 'incomplete',
    missing: 'x-sdk-date',
  })
  // What was signed with a header is no signature without it.
  expect(check(request(), { ...vector, signedHeaders: without('host') }).outcome).toBe('forged')
  expect(check(request('', { 'x-project-id': undefined }), vector)).toEqual({
    outcome: 'incomplete',
    missing: 'x-project-id',
  })
})

test('whatever is changed in a signed request is found', () => {
  const [vector] = VECTORS
  if (vector === undefined) throw new Error('no vector')
  const changed: readonly SignedRequest[] = [
    { ...request(), method: 'POST' },
    { ...request(), url: `/v5/${PROJECT}/container/image/events/x` },
    request('?limit=200'),
    request('', { host: 'elsewhere' }),
    request('', { 'x-project-id': 'another' }),
    { ...request(), body: Buffer.from('{}') },
    request('', { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' }),
    // The signed hash is that of no body, which this one is not.
    {
      ...request('', { 'x-sdk-content-sha256': createHash('sha256').update(EMPTY).digest('hex') }),
      body: Buffer.from('{"smuggled":true}'),
    },
  ]
  for (const one of changed) expect(check(one, vector).outcome).toBe('forged')
  expect(() => check(request('?%ff=1'), vector)).toThrow(
    expect.objectContaining({ code: 'request.malformed' }),
  )
})

test('no text in place of a header is taken for one, and none breaks the reader', () => {
  const header = `SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=${'0'.repeat(64)}`
  expect(parseAuthorization(header)?.accessKey).toBe('AK')
  expect(parseAuthorization(header.replace('host', 'Host;X-Sdk-Date'))?.signedHeaders).toEqual([
    'host',
    'x-sdk-date',
  ])
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.constantFrom('', ' ', '=', ','), (index, text) => {
      const changed = header.slice(0, index) + text + header.slice(index + 1)
      const read = parseAuthorization(changed)
      expect(read === undefined || read.signature.length === 64).toBe(true)
    }),
  )
  for (const wrong of ['', 'Basic x', 'SDK-HMAC-SHA256 ', `${header}, Access=other`]) {
    expect(parseAuthorization(wrong)).toBeUndefined()
  }
})

function check(
  signed: SignedRequest,
  vector: { readonly signature: string; readonly signedHeaders: readonly string[] },
  nowMs = NOW_MS,
) {
  const { signature, signedHeaders } = vector
  return checkSignature(signed, { accessKey: 'AK', signedHeaders, signature }, SECRET, nowMs)
}
