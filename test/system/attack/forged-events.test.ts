import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

let waybill: WaybillProcess
let writer: string
let bound: string
let tenantAdministrator: string
let narrowAdministrator: string

interface Event {
  readonly action: string
  readonly outcome: string
  readonly source: { readonly kind: string; readonly name: string; readonly eventId?: string }
  readonly message?: string
  readonly actor: { readonly name?: string } | null
  readonly details?: Readonly<Record<string, unknown>>
}

beforeAll(async () => {
  waybill = await startWaybill()
  writer = await tokenOf({ name: 'registry', roles: ['writer'] }, ['events:write'])
  bound = await tokenOf(
    { name: 'bound', roles: ['writer'] },
    ['events:write'],
    ['distribution/reg1'],
  )
  const root = { name: 'root', roles: ['administrator'] }
  tenantAdministrator = await tokenOf(root, ['admin'])
  narrowAdministrator = await tokenOf({ ...root, name: 'narrow' }, ['events:write'])
})
afterAll(() => waybill?.stop())

async function tokenOf(user: object, scopes: readonly string[], sources?: readonly string[]) {
  const { id } = await jsonOf<{ id: string }>(call('POST', '/v1/users', { tenant: 't', ...user }))
  const body = { user: id, scopes, ...(sources && { sources }) }
  return (await jsonOf<{ token: string }>(call('POST', '/v1/tokens', body))).token
}

function call(method: string, path: string, body?: object, token?: string): Promise<Response> {
  return waybill.request(path, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

const send = (token: string | undefined, event: object) =>
  call('POST', '/v1/events', { action: 'image.push', ...event }, token)

async function found(query: string): Promise<readonly Event[]> {
  const path = `/v1/events?limit=1000&${query}`
  return (await jsonOf<{ events: readonly Event[] }>(waybill.request(path))).events
}

describe('a source is stated by those alone that may speak for it', () => {
  const REFUSED: readonly (readonly [string, () => string | undefined, object, string])[] = [
    ['a writer', () => writer, { kind: 'distribution', name: 'reg1' }, '/source/kind'],
    ['a writer by the kind alone', () => writer, { kind: 'quay' }, '/source/kind'],
    ['a writer by the name alone', () => writer, { name: 'other' }, '/source/name'],
    ['a writer as another writer', () => writer, { kind: 'api', name: 'bound' }, '/source/name'],
    [
      'a bound token as another',
      () => bound,
      { kind: 'distribution', name: 'reg2' },
      '/source/kind',
    ],
    ['a bound token by half', () => bound, { kind: 'distribution' }, '/source/kind'],
    [
      'an administrator by a token for sending alone',
      () => narrowAdministrator,
      { kind: 'quay', name: 'main' },
      '/source/kind',
    ],
  ]
  for (const own of ['waybill', 'Waybill', 'WAYBILL', ' waybill ', 'way\u200bbill', 'ｗaybill']) {
    const source = { kind: own, name: 'origin' }
    for (const [who, token] of [
      ['a writer', () => writer],
      ['a bound token', () => bound],
      ['an administrator of a tenant', () => tenantAdministrator],
      ['the administrator of all', () => undefined],
    ] as const) {
      test(`${who} is never ${JSON.stringify(own)}`, async () => {
        const answer = await send(token(), { source })
        expect(answer.status).toBe(400)
        expect(await answer.json()).toMatchObject({
          code: 'event.invalid',
          errors: [{ path: '/source/kind', expected: expect.stringContaining('reserved') }],
        })
      })
    }
  }

  test.each(REFUSED)('not by %s', async (_who, token, source, path) => {
    const answer = await send(token(), { source, message: 'forged' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'event.invalid', errors: [{ path }] })
    expect(await found('q=forged')).toEqual([])
  })

  test('in every form of a body, and however its kind is written', async () => {
    const bodies: readonly (readonly [string, string])[] = [
      ['application/json', '{"action":"a.b","source":{"k\\u0069nd":"qu\\u0061y","name":"main"}}'],
      ['application/json', '[{"action":"image.push"},{"source":{"kind":"quay"},"action":"a.b"}]'],
      [
        'application/x-ndjson',
        '{"action":"image.push"}\n{"action":"a.b","source":{"kind":"quay"}}',
      ],
      ['application/json-seq', '\u001e{"action":"image.push","source":{"kind":"quay"}}\n'],
    ]
    for (const [type, body] of bodies) {
      const headers = { 'Content-Type': type, Authorization: `Bearer ${writer}` }
      const answer = await waybill.request('/v1/events', { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('/source/kind')
    }
    expect(await found('source=quay')).toEqual([])
  })

  test('a writer is its own source, a bound token those that it names', async () => {
    const own = { kind: 'api', name: 'registry', eventId: 'own-1' }
    expect((await send(writer, { source: own })).status).toBe(201)
    expect((await send(writer, { source: { eventId: 'own-2' } })).status).toBe(201)
    const named = { kind: 'distribution', name: 'reg1', eventId: 'named-1' }
    expect((await send(bound, { source: named })).status).toBe(201)
    const any = { kind: 'opsera', name: 'x' }
    expect((await send(tenantAdministrator, { source: any })).status).toBe(201)
    expect((await send(undefined, { source: any })).status).toBe(201)
  })

  test('no token is bound to Waybill itself, or to what is no source', async () => {
    for (const source of [
      'waybill/x',
      'waybill',
      'quay/',
      '/x',
      'Quay/x',
      'quay/a b',
      'quay/\u200b',
      '',
    ]) {
      const body = { user: 'registry', scopes: ['events:write'], sources: [source] }
      const answer = await call('POST', '/v1/tokens', body)
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('/sources/0')
    }
  })
})

test('no writer silences what another source will report', async () => {
  const eventId = '320678d8-ca14-430f-8bb6-4ca139cd83f7'
  // Under its own name it may use any id.
  expect((await send(writer, { source: { eventId } })).status).toBe(201)
  expect((await send(writer, { id: eventId })).status).toBe(201)
  const delivery = {
    events: [
      {
        id: eventId,
        timestamp: '2026-11-01T10:00:00Z',
        action: 'push',
        target: {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          digest: `sha256:${'a'.repeat(64)}`,
          repository: 'library/app',
        },
      },
    ],
  }
  const answer = await call('POST', '/v1/sources/distribution/reg1', delivery, bound)
  // The push, and that it was the first one to its repository.
  expect(await answer.json()).toMatchObject({ accepted: 2, duplicates: 0 })
})

test('the route of a source takes an unbound writer and its own token, and no other', async () => {
  const delivery = { events: [] }
  const statusOf = async (path: string, token: string) =>
    (await call('POST', `/v1/sources/${path}`, delivery, token)).status
  expect(await statusOf('distribution/any', writer)).toBe(202)
  expect(await statusOf('distribution/reg1', bound)).toBe(202)
  expect(await statusOf('distribution/reg2', bound)).toBe(403)
  expect(await statusOf('buildbot/reg1', bound)).toBe(403)
})

test('a sign-in or a use of a token that a writer states is told from a true one', async () => {
  for (const action of ['auth.login', 'token.use', 'log.clear', 'user.create']) {
    const actor = { name: 'admin', kind: 'user' }
    expect(
      (await send(writer, { action, actor, outcome: 'success', message: 'untrue' })).status,
    ).toBe(201)
  }
  const stated = await found('q=untrue')
  expect(stated).toHaveLength(4)
  expect(new Set(stated.map(({ source }) => source.kind))).toEqual(new Set(['api']))
  // In a vendor's list of uses of tokens only Waybill's own and collected ones stand.
  const rows = await waybill.request('/api/v2/logs/audit/token', {
    headers: {
      Authorization: `Bearer ${await tokenOf({ name: 'o', roles: ['auditor'] }, ['api'])}`,
    },
  })
  expect(await rows.text()).not.toContain('registry')
})

describe('a change of rights is an event', () => {
  const SECRET = 'a password of somebody'

  test('with who, what, before and after, and no secret', async () => {
    const by = tenantAdministrator
    const created = await jsonOf<{ id: string }>(
      call('POST', '/v1/users', { name: 'dora', password: SECRET, roles: ['auditor'] }, by),
    )
    const grant = { user: created.id, role: 'read', namespace: 'secretspace' }
    const { id: grantId } = await jsonOf<{ id: string }>(call('POST', '/v1/grants', grant, by))
    const asked = { user: created.id, scopes: ['events:read'], sources: ['quay/x'] }
    const token = await jsonOf<{ id: string; token: string }>(call('POST', '/v1/tokens', asked, by))
    const pair = await jsonOf<{ accessKey: string; secretKey: string }>(
      call('POST', '/v1/access-keys', { user: created.id }, by),
    )
    await call('PUT', `/v1/users/${created.id}/password`, { password: `${SECRET} 2` }, by)
    await call('DELETE', `/v1/access-keys/${pair.accessKey}`, undefined, by)
    await call('DELETE', `/v1/tokens/${token.id}`, undefined, by)
    await call('DELETE', `/v1/grants/${grantId}`, undefined, by)
    await call('DELETE', `/v1/users/${created.id}`, undefined, by)
    const events = (await found('source=waybill&tenant=t&order=oldest')).filter(
      ({ actor }) => actor?.name === 'root',
    )
    expect(events.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'user.create success',
      'grant.create success',
      'token.create success',
      'access-key.create success',
      'user.reset-password success',
      'access-key.delete success',
      'token.revoke success',
      'grant.delete success',
      'user.delete success',
    ])
    const text = JSON.stringify(events)
    for (const secret of [SECRET, token.token.slice(20), pair.secretKey]) {
      expect(text).not.toContain(secret)
    }
    expect(events[0]?.details).toMatchObject({ after: { roles: ['auditor'], hasPassword: true } })
    expect(events[1]?.details).toMatchObject({ user: 'dora', after: { namespace: 'secretspace' } })
    expect(events[2]?.details).toMatchObject({ after: { sources: ['quay/x'] } })
    expect(events[8]?.details).toMatchObject({ before: { user: { name: 'dora' } } })
  })

  test('also when it is refused', async () => {
    const body = { name: 'mallory', roles: ['administrator'] }
    expect((await call('POST', '/v1/users', body, writer)).status).toBe(403)
    expect(
      (await call('POST', '/v1/users', { ...body, tenant: 'x' }, tenantAdministrator)).status,
    ).toBe(400)
    expect(
      (await call('DELETE', '/v1/grants/nothing', undefined, tenantAdministrator)).status,
    ).toBe(404)
    expect(await found('source=waybill&outcome=denied&actor=registry')).toMatchObject([
      { action: 'user.create', target: { type: 'user' } },
    ])
    expect(await found('source=waybill&outcome=failure&actor=root')).toMatchObject([
      { action: 'grant.delete', details: { asked: { id: 'nothing' } } },
      { action: 'user.create', details: { asked: { name: 'mallory' } } },
    ])
  })

  test('and so is the first start, with the settings that are not as by default', async () => {
    const own = await found('source=waybill&tenant=default&order=oldest')
    expect(own.slice(0, 4)).toMatchObject([
      { action: 'ledger-key.create', actor: { kind: 'system' } },
      { action: 'user.create', actor: { kind: 'system' }, details: { after: { name: 'admin' } } },
      { action: 'token.create', actor: { kind: 'system' } },
      { action: 'settings.change', details: { after: { 'audit.tokenUse': 'false' } } },
    ])
  })
})

describe('names', () => {
  test.each([
    ['zero width', 'ad\u200bmin'],
    ['right to left', 'ad\u202emin'],
    ['a soft hyphen', 'ad\u00admin'],
    ['a filler', 'admin\u3164'],
    ['no-break space', 'ad\u00a0min'],
    ['a control character', 'ad\u0007min'],
    ['a line separator', 'ad\u2028min'],
    ['a blank at the end', 'admin '],
    ['a path', '../x'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['dots', '..'],
    ['another normal form', 'e\u0301va'],
  ])('with %s are refused', async (_what, name) => {
    const answer = await call('POST', '/v1/users', { name })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ path: '/name' }] })
  })

  test('passwords of a few characters are refused', async () => {
    for (const password of ['', 'x', '1234567']) {
      expect((await call('POST', '/v1/users', { name: 'weak', password })).status).toBe(400)
    }
    const { id } = await jsonOf<{ id: string }>(call('POST', '/v1/users', { name: 'strong' }))
    const path = `/v1/users/${id}/password`
    expect((await call('PUT', path, { password: '1234567' })).status).toBe(400)
    expect((await call('PUT', path, { password: '12345678' })).status).toBe(204)
  })

  test('of several tenants sign in by their passwords, and none keeps another out', async () => {
    const signIn = async (username: string, password: string) => {
      const headers = { 'Content-Type': 'application/json', Authorization: '' }
      const body = JSON.stringify({ username, password })
      const path = '/container-station/api/v1/login'
      return (await fetch(new URL(path, waybill.url), { method: 'POST', headers, body })).status
    }
    const email = 'carol@example.com'
    const carol = { name: 'carol', email, tenant: 'tb', password: 'carol of tb' }
    await call('POST', '/v1/users', carol)
    expect(await signIn('carol', 'carol of tb')).toBe(200)
    for (const name of ['carol', 'admin', email]) {
      await call(
        'POST',
        '/v1/users',
        { name, email, password: `${name} of t` },
        tenantAdministrator,
      )
    }
    for (const name of ['carol', email]) expect(await signIn(name, 'carol of tb')).toBe(200)
    expect(await signIn('carol', 'carol of t')).toBe(200)
    const [root] = (
      await jsonOf<{ users: readonly { id: string; name: string; tenant: null }[] }>(
        waybill.request('/v1/users'),
      )
    ).users.filter(({ name, tenant }) => name === 'admin' && tenant === null)
    await call('PUT', `/v1/users/${root?.id}/password`, { password: 'installation' })
    expect(await signIn('admin', 'installation')).toBe(200)
    expect(await signIn('admin', 'admin of t')).toBe(200)
  })

  test('of a deleted user or an organization bring no right to what is there', async () => {
    const quay = (path: string, token: string) => call('GET', `/api/v1/${path}`, undefined, token)
    const scopes = ['user:admin', 'org:admin', 'repo:admin']
    const old = await jsonOf<{ id: string }>(
      call('POST', '/v1/users', { name: 'olaf', tenant: 't' }),
    )
    await send(tenantAdministrator, { target: { namespace: 'olaf', repository: 'app' } })
    await call('DELETE', `/v1/users/${old.id}`)
    const event = { action: 'organization.create', target: { namespace: 'org' } }
    await send(tenantAdministrator, event)
    for (const name of ['olaf', 'org']) {
      const token = await tokenOf({ name }, scopes)
      for (const path of [
        `organization/${name}/logs`,
        'user/logs',
        'user/aggregatelogs',
        `repository/${name}/app/logs`,
      ]) {
        expect((await quay(path, token)).status).toBe(403)
      }
    }
    const taken = { name: 'team', kind: 'organization', tenant: 't' }
    expect((await call('POST', '/v1/users', taken)).status).toBe(201)
    expect((await call('POST', '/v1/users', { ...taken, kind: 'user' })).status).toBe(409)
  })
})
