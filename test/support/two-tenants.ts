import { expect } from 'vitest'
import { jsonOf, type WaybillProcess } from './waybill-process.ts'

export const TENANTS = ['ta', 'tb'] as const
export const PLACES = ['na/app', 'na/web', 'nx/app'] as const
const SCOPES = [
  ...['admin', 'events:read', 'events:write', 'ledger:read', 'user:read', 'user:admin'],
  ...['repo:read', 'repo:write', 'repo:admin', 'org:admin', 'super:user'],
]
const ACTIONS = [
  ...['image.push', 'container.start', 'pipeline.run', 'token.use', 'auth.login', 'log.clear'],
  ...['image.operate', 'organization.create', 'export.request', 'volume.create', 'user.update'],
]

/** What every text of the events of one place of one tenant holds, and nothing else does. */
const canary = (tenant: string, place: string) => `canary-${tenant}-${place.replace('/', '-')}-end`
const canaries = (tenant: string, ...places: readonly string[]) =>
  places.map((place) => canary(tenant, place))
export const CANARIES = TENANTS.flatMap((tenant) => canaries(tenant, ...PLACES))

/** A user that asks. */
export interface Caller {
  readonly tenant: string | undefined
  /** Its role, or the grants of a member; undefined: there is no user, and no token. */
  readonly role: string | undefined
  /** The canaries that it may see. */
  readonly sees: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** The JSON Web Token of the Opsera dialect, which takes no other one. */
  readonly signed?: string
}

/** What there is of one tenant that a path can name. */
interface TenantObjects {
  readonly userIds: string[]
  readonly tokenIds: string[]
  readonly grantIds: string[]
  readonly accessKeys: string[]
  readonly eventIds: string[]
}

/** Two tenants with the same names in them, a user of every right, and a caller without any. */
export interface TwoTenants {
  readonly callers: readonly Caller[]
  readonly objects: Readonly<Record<string, TenantObjects>>
}

/** Makes the two tenants on a server that has none of them yet. */
export async function makeTwoTenants(waybill: WaybillProcess): Promise<TwoTenants> {
  const callers: Caller[] = [{ tenant: undefined, role: undefined, sees: [], headers: NO_TOKEN }]
  const objects: Record<string, TenantObjects> = {}
  for (const tenant of TENANTS) {
    const made = { userIds: [], tokenIds: [], grantIds: [], accessKeys: [] }
    for (const plan of tenant === 'ta' ? PLANS : PLANS_OF_OTHERS) {
      callers.push(await signedIn(waybill, { ...plan, tenant }, made))
    }
    // The newest events: they are on each first page.
    objects[tenant] = { ...made, eventIds: await sendCanaries(waybill, tenant) }
  }
  return { callers, objects }
}

/** An empty header keeps the harness from sending the administrator's token. */
const NO_TOKEN = { Authorization: '' }

interface Plan {
  readonly role: string
  readonly grants?: readonly object[]
  readonly places: readonly string[]
}

const PLANS: readonly Plan[] = [
  { role: 'administrator', places: PLACES },
  { role: 'power-user', places: PLACES },
  { role: 'auditor', places: PLACES },
  { role: 'writer', places: [] },
  { role: 'member', places: [] },
  {
    role: 'granted-namespace',
    grants: [{ role: 'admin', namespace: 'na' }],
    places: ['na/app', 'na/web'],
  },
  {
    role: 'granted-repository',
    grants: [{ role: 'admin', namespace: 'na', repository: 'app' }],
    places: ['na/app'],
  },
]

/** Enough to see that rights of the same names are those of each tenant alone. */
const PLANS_OF_OTHERS = PLANS.filter(({ role }) =>
  ['administrator', 'writer', 'granted-repository'].includes(role),
)

async function post<Body>(waybill: WaybillProcess, path: string, body: object): Promise<Body> {
  const response = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  return jsonOf<Body>(response)
}

/** @returns the ids of the events. */
async function sendCanaries(waybill: WaybillProcess, tenant: string): Promise<string[]> {
  const events = PLACES.flatMap((place) => {
    const [namespace, repository] = place.split('/')
    const text = canary(tenant, place)
    const common = {
      ...{ tenant, message: text, outcome: 'success' },
      details: { note: text, build: { image: text } },
      actor: { id: text, name: text, email: `${text}@example.com`, kind: 'user' },
      target: { type: 'container', id: text, name: text, namespace, repository, tag: text },
      client: { ip: '192.0.2.1', userAgent: text },
    }
    return ACTIONS.map((action) => ({ ...common, action }))
  })
  await post(waybill, '/v1/events', events)
  const found = `/v1/events?tenant=${tenant}&q=canary&limit=1000`
  const page = await jsonOf<{ events: readonly { id: string }[] }>(waybill.request(found))
  expect(page.events).toHaveLength(events.length)
  return page.events.map(({ id }) => id)
}

async function signedIn(
  waybill: WaybillProcess,
  { role, tenant, grants, places }: Plan & { readonly tenant: string },
  made: Omit<TenantObjects, 'eventIds'>,
): Promise<Caller> {
  const password = `password of ${role} of ${tenant}`
  const roles = [grants === undefined ? role : 'member']
  // The same names in both tenants: neither may stand for the other.
  const { id: user } = await post<{ id: string }>(waybill, '/v1/users', {
    ...{ name: role, tenant, roles, password },
  })
  made.userIds.push(user)
  for (const grant of grants ?? []) {
    const { id } = await post<{ id: string }>(waybill, '/v1/grants', { user, ...grant })
    made.grantIds.push(id)
  }
  const body = { user, scopes: SCOPES }
  const token = await post<{ id: string; token: string }>(waybill, '/v1/tokens', body)
  made.tokenIds.push(token.id)
  const signed = await post<{ token: string }>(waybill, '/v1/tokens', { user, scopes: ['api'] })
  const pair = await post<{ accessKey: string }>(waybill, '/v1/access-keys', { user })
  made.accessKeys.push(pair.accessKey)
  return {
    ...{ tenant, role, sees: canaries(tenant, ...places), signed: signed.token },
    headers: {
      Authorization: `Bearer ${token.token}`,
      'X-Auth-Token': await subjectToken(waybill, { name: role, password, tenant }),
      'X-Requested-With': 'XMLHttpRequest',
    },
  }
}

async function subjectToken(
  waybill: WaybillProcess,
  { name, password, tenant }: Readonly<Record<'name' | 'password' | 'tenant', string>>,
): Promise<string> {
  const identity = {
    methods: ['password'],
    password: { user: { name, password, domain: { name: tenant } } },
  }
  const response = await waybill.request('/v3/auth/tokens', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: tenant } } } }),
  })
  expect(response.status).toBe(201)
  return response.headers.get('X-Subject-Token') ?? ''
}
