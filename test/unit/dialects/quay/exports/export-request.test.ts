import { expect, test } from 'vitest'
import { QuayError } from '../../../../../src/dialects/quay/errors.ts'
import { readExportBody } from '../../../../../src/dialects/quay/exports/export-request.ts'

const JSON_TYPE = 'application/json'

function refusal(body: string | Buffer | undefined, mediaType: string | undefined = JSON_TYPE) {
  try {
    readExportBody(mediaType, body === undefined ? undefined : Buffer.from(body))
    return undefined
  } catch (error) {
    if (!(error instanceof QuayError)) throw error
    return { status: error.status, type: error.type, message: error.message }
  }
}

test('a body may say nothing, and may say more than is read', () => {
  const nothing = { callbackUrl: undefined, callbackEmail: undefined }
  const dates = { starttime: undefined, endtime: undefined }
  expect(readExportBody(JSON_TYPE, Buffer.from('{}'))).toEqual({ ...nothing, dates })
  const empty =
    '{"callback_url": "", "callback_email": "", "starttime": "", "endtime": null, "x": [1]}'
  expect(readExportBody(JSON_TYPE, Buffer.from(empty))).toEqual({
    ...nothing,
    dates: { starttime: '', endtime: undefined },
  })
})

test.each(['application/json', 'Application/JSON; charset=utf-8', 'application/vnd.quay+json'])(
  'a body of type %s is read',
  (mediaType) => {
    const body = Buffer.from('{"callback_url": "http://a/", "starttime": "06/17/2024"}')
    expect(readExportBody(mediaType, body)).toMatchObject({
      callbackUrl: 'http://a/',
      dates: { starttime: '06/17/2024' },
    })
  },
)

test.each([undefined, '', 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx'])(
  'a body of type %s is not',
  (mediaType) => {
    const message =
      'Did not attempt to load JSON data because the request Content-Type was not ' +
      "'application/json'."
    expect(refusal('{', mediaType ?? '')).toEqual({ status: 415, type: undefined, message })
  },
)

test.each([
  undefined,
  '',
  '{',
  'callback_url=http://a/',
  '{"a": 1} x',
  Buffer.from([0x22, 0xff, 0x22]),
])('what is no JSON is refused (%#)', (body) => {
  const message = 'The browser (or proxy) sent a request that this server could not understand.'
  expect(refusal(body)).toEqual({ status: 400, type: undefined, message })
})

test('null is no body', () => {
  expect(refusal('null')).toEqual({
    status: 400,
    type: 'invalid_request',
    message: 'Missing JSON body',
  })
})

test('a wrong type is reported in the words of jsonschema', () => {
  expect(refusal('{"callback_email": 1, "callback_url": "http://a/"}')?.message).toBe(
    `1 is not of type 'string'

Failed validating 'type' in schema['properties']['callback_email']:
    {'description': 'The e-mail address at which to e-mail a link to the '
                    'exported logs',
     'type': 'string'}

On instance['callback_email']:
    1`,
  )
})

test.each([
  ['{"callback_url": null}', "None is not of type 'string'"],
  ['{"callback_url": true, "callback_email": 1}', "True is not of type 'string'"],
  ['{"callback_url": {"a\'b": ["\\n", false]}}', `{"a'b": ['\\n', False]} is not of type 'string'`],
  ['[]', "[] is not of type 'object'"],
  ['"x"', "'x' is not of type 'object'"],
  ['1.5', "1.5 is not of type 'object'"],
])('%s: %s', (body, message) => {
  expect(refusal(body)?.message.split('\n')[0]).toBe(message)
})
