import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { checkLedger, readJson } from '../support/ledger-check.ts'
import { type OciImage, writeOciImage } from '../support/oci-image.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const ALICE = { name: 'alice', password: 'alice-secret' }
const ROBOT = { name: 'ci-robot', password: 'robot-secret' }
const JANE = { name: 'jane+registry@example.com', password: 'jane-secret' }
const QUAY_ROBOT = { name: 'team+builder', password: 'builder-secret' }

const folder = mkdtempSync(join(tmpdir(), 'waybill-registry-'))
const dataDirectory = join(folder, 'waybill')
let waybill: WaybillProcess
let registry: Registry
let listen: string
/** May read the logs of the namespaces `team` and `other` in Quay's dialect. */
let quayToken: string

beforeAll(async () => {
  listen = `127.0.0.1:${await freePort()}`
  waybill = await startHere()
  const writer = await createToken({ name: 'registry', kind: 'service', roles: ['writer'] }, [
    'events:write',
  ])
  quayToken = await createToken({ name: 'olivia' }, ['org:admin', 'repo:admin'])
  for (const namespace of ['team', 'other', 'busy', 'twins', 'moves']) {
    await create('/v1/grants', { user: 'olivia', role: 'admin', namespace })
  }
  registry = await startRegistry({
    folder: join(folder, 'registry'),
    accounts: [ALICE, ROBOT, JANE, QUAY_ROBOT],
    notify: {
      // A slash at the end is a common slip, which must not hold up the registry's queue.
      url: `http://${listen}/v1/sources/distribution/reg1/`,
      authorization: `Bearer ${writer}`,
    },
  })
})

afterAll(async () => {
  await registry?.stop()
  await waybill?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('what two accounts did on a registry is found once each, with all that it said', async () => {
  const first = image('first')
  const second = image('second')
  await registry.push(first, 'team/app:1', ALICE)
  await registry.push(second, 'team/app:2', ROBOT)
  await registry.pull('team/app:1', join(folder, 'pulled'), ROBOT)
  await registry.copy('team/app:1', 'other/copies/app:3', ALICE)
  await registry.remove('team/app:1', ALICE)

  const app = { namespace: 'team', repository: 'app' }
  const copy = { namespace: 'other', repository: 'copies/app' }
  const by = (name: string) => ({ actor: { name, kind: 'user' }, outcome: 'success' })
  const alicePulls = {
    ...by('alice'),
    action: 'image.pull',
    target: { type: 'image', ...app, tag: '1', digest: first.digest },
  }
  const creationOf = (repository: object) => ({
    ...by('alice'),
    action: 'repository.create',
    target: { type: 'repository', ...repository },
  })
  const expected = [
    {
      ...by('alice'),
      action: 'image.push',
      target: { type: 'image', ...app, tag: '1', digest: first.digest },
    },
    creationOf(app),
    {
      ...by('ci-robot'),
      action: 'image.push',
      target: { type: 'image', ...app, tag: '2', digest: second.digest },
    },
    { ...alicePulls, ...by('ci-robot') },
    // A copy reads its origin's manifest, and so does a removal.
    alicePulls,
    {
      ...by('alice'),
      action: 'image.push',
      target: { type: 'image', ...copy, tag: '3', digest: first.digest },
    },
    creationOf(copy),
    alicePulls,
    {
      ...by('alice'),
      action: 'image.delete',
      target: { type: 'image', ...app, digest: first.digest },
    },
    {
      ...by('alice'),
      action: 'tag.delete',
      target: { type: 'tag', ...app, tag: '1', digest: first.digest },
    },
  ]
  // The registry notifies in order: what comes last came after everything else.
  const events = await eventsOf('team', 'other').until((seen) =>
    seen.some((event) => event.action === 'tag.delete'),
  )
  const told = events.map(({ action, actor, outcome, target }) => ({
    actor,
    outcome,
    action,
    target,
  }))
  expect(told).toEqual(expected)
  for (const event of events) {
    expect(event.source).toMatchObject({ kind: 'distribution', name: 'reg1' })
    expect(event.client).toMatchObject({ ip: '127.0.0.1' })
    expect(event.client?.userAgent).toMatch(/^skopeo\//)
  }
})

test('Quay clients find the same in the logs of organization and repository', async () => {
  const organization = await quay<QuayLogs>('/api/v1/organization/team/logs')
  expect(countBy(organization.logs.map((log) => `${log.performer?.name} ${log.kind}`))).toEqual({
    'alice push_repo': 1,
    'ci-robot push_repo': 1,
    'ci-robot pull_repo': 1,
    'alice pull_repo': 2,
    // The registry reports the manifest too; Quay logs the tag.
    'alice delete_tag': 1,
  })
  expect(organization.logs[0]?.metadata).toMatchObject({
    namespace: 'team',
    repo: 'app',
    tag: '1',
    digest: expect.stringMatching(/^sha256:/),
  })
  expect(organization.logs.map((log) => log.ip)).toEqual(organization.logs.map(() => '127.0.0.1'))
  const repository = await quay<QuayLogs>('/api/v1/repository/team/app/logs')
  expect(repository.logs).toEqual(organization.logs)
  const copy = await quay<QuayLogs>('/api/v1/repository/other/copies/app/logs')
  expect(copy.logs).toMatchObject([
    {
      kind: 'push_repo',
      metadata: { namespace: 'other', repo: 'copies/app', tag: '3' },
      performer: { name: 'alice', is_robot: false },
    },
  ])
})

test("Quay's counts add up to its log", async () => {
  const { logs } = await quay<QuayLogs>('/api/v1/organization/team/logs')
  const { aggregated } = await quay<{ aggregated: { kind: string; count: number }[] }>(
    '/api/v1/organization/team/aggregatelogs',
  )
  const counts: Record<string, number> = {}
  for (const { kind, count } of aggregated) counts[kind] = (counts[kind] ?? 0) + count
  expect(counts).toEqual(countBy(logs.map((log) => log.kind)))
})

test('a manifest that is deleted with two tags is two entries, each with its digest', async () => {
  const twin = image('twin')
  await registry.push(twin, 'twins/app:a', ALICE)
  await registry.copy('twins/app:a', 'twins/app:b', ALICE)
  await registry.remove('twins/app:a', ROBOT)
  const ofTags = (seen: readonly NativeEvent[]) =>
    seen.filter(({ action }) => action === 'tag.delete')
  const events = await eventsOf('twins').until((seen) => ofTags(seen).length === 2)
  expect(events.filter(({ action }) => action === 'image.delete')).toHaveLength(1)

  const { logs } = await quay<QuayLogs>('/api/v1/repository/twins/app/logs')
  const deletions = logs.filter(({ kind }) => kind === 'delete_tag')
  expect(deletions.map(({ metadata }) => metadata['tag']).sort()).toEqual(['a', 'b'])
  for (const { metadata } of deletions) {
    expect(metadata).toMatchObject({ username: 'ci-robot', digest: twin.digest })
  }
})

test('who moved a tag is found, with both digests, and Quay counts pushes alone', async () => {
  const [before, after] = [image('before'), image('after')]
  await registry.push(before, 'moves/app:latest', ALICE)
  await registry.push(after, 'moves/app:latest', ROBOT)
  // The same again is a push, and moves nothing.
  await registry.push(after, 'moves/app:latest', ALICE)
  const pushes = (seen: readonly NativeEvent[]) =>
    seen.filter(({ action }) => action === 'image.push')
  const events = await eventsOf('moves').until((seen) => pushes(seen).length === 3)
  const moves = '/v1/events?namespace=moves&action=tag.move'
  const found = await readJson<{ events: readonly NativeEvent[] }>(waybill, moves)
  expect(found.events).toMatchObject([
    {
      actor: { name: 'ci-robot' },
      target: { type: 'tag', repository: 'app', tag: 'latest', digest: after.digest },
      details: {
        digestBefore: before.digest,
        derivedFrom: pushes(events)[1]?.source.eventId,
      },
    },
  ])
  const { logs } = await quay<QuayLogs>('/api/v1/repository/moves/app/logs')
  expect(countBy(logs.map(({ kind }) => kind))).toEqual({ push_repo: 3 })
})

test('pushes while Waybill is killed and started again are each found once', async () => {
  const tags = Array.from({ length: 12 }, (_, index) => `v${index}`)
  const images = tags.map((tag) => image(tag))
  const push = async (from: number, to: number) => {
    for (const [index, pushed] of images.entries()) {
      if (index < from || index >= to) continue
      await registry.push(pushed, `busy/app:${tags[index]}`, index % 2 === 0 ? ALICE : ROBOT)
    }
  }
  const pushes = push(0, 8)
  await eventsOf('busy').until((seen) => seen.length >= 3)
  await waybill.kill()
  await pushes
  // Nobody listens now: the registry keeps what it has to tell, and tries again by itself.
  await push(8, 10)
  waybill = await startHere()
  await push(10, 12)

  const events = await eventsOf('busy').until((seen) =>
    seen.some((event) => event.target?.tag === tags.at(-1)),
  )
  const [pushed, implied] = [true, false].map((isPush) =>
    events.filter(({ action }) => (action === 'image.push') === isPush),
  )
  expect(implied?.map(({ action }) => action)).toEqual(['repository.create'])
  expect(pushed?.map(({ action, actor, target }) => [action, actor?.name, target])).toEqual(
    images.map(({ digest }, index) => [
      'image.push',
      (index % 2 === 0 ? ALICE : ROBOT).name,
      { type: 'image', namespace: 'busy', repository: 'app', tag: tags[index], digest },
    ]),
  )
  await checkLedger(waybill)
})

test('an account whose name is an e-mail address with a plus is a user, not a robot', async () => {
  await registry.push(image('by-jane'), 'kinds/app:1', JANE)
  await registry.push(image('by-robot'), 'kinds/app:2', QUAY_ROBOT)
  const events = await eventsOf('kinds').until((seen) => seen.length >= 3)
  expect(events.map(({ actor }) => actor)).toEqual([
    { name: JANE.name, kind: 'user' },
    // Hers was the first push.
    { name: JANE.name, kind: 'user' },
    { name: QUAY_ROBOT.name, kind: 'robot' },
  ])
})

test('with blob events on, a mounted layer names the repository that it came from', async () => {
  await waybill.stop()
  waybill = await startHere({ WAYBILL_SOURCES_DISTRIBUTION_BLOB_EVENTS: 'true' })
  const mounted = image('mounted')
  await registry.push(mounted, 'layers/origin:1', ALICE)
  await registry.copy('layers/origin:1', 'layers/copy:1', ROBOT)
  const events = await eventsOf('layers').until((seen) =>
    seen.some((event) => event.target?.repository === 'copy' && event.target.tag === '1'),
  )
  const mount = events.find((event) => event.action === 'blob.mount')
  expect(mount).toMatchObject({
    actor: { name: 'ci-robot' },
    target: { type: 'blob', namespace: 'layers', repository: 'copy', digest: mounted.layerDigest },
    details: { fromRepository: 'layers/origin' },
  })
})

test('a tag that was pushed before a restart is known after it', async () => {
  const moved = image('moved after the restart')
  await registry.push(moved, 'moves/app:latest', ALICE)
  const events = await eventsOf('moves').until((seen) =>
    seen.some(({ target }) => target?.digest === moved.digest),
  )
  const move = events.at(-1)
  expect(move).toMatchObject({ action: 'tag.move', target: { digest: moved.digest } })
  expect(move?.details?.['digestBefore']).toBe(image('after').digest)
})

interface NativeEvent {
  readonly action: string
  readonly outcome: string
  readonly actor: { readonly name?: string; readonly kind: string } | null
  readonly source: { readonly kind: string; readonly name: string; readonly eventId?: string }
  readonly target?: {
    readonly repository?: string
    readonly tag?: string
    readonly digest?: string
  }
  readonly client?: { readonly ip?: string; readonly userAgent?: string }
  readonly details?: { readonly [key: string]: unknown }
}

interface NewUser {
  readonly name: string
  readonly kind?: string
  readonly roles?: readonly string[]
}

interface QuayLogs {
  readonly logs: readonly {
    readonly kind: string
    readonly ip: string | null
    readonly metadata: { readonly [key: string]: unknown }
    readonly performer?: { readonly name: string; readonly is_robot: boolean }
  }[]
}

/** Starts Waybill where the registry sends its notifications. */
function startHere(environment: Readonly<Record<string, string>> = {}): Promise<WaybillProcess> {
  return startWaybill({ dataDirectory, arguments: ['--listen', listen], environment })
}

function image(content: string): OciImage {
  return writeOciImage(join(folder, 'images', content), content)
}

/** The events of namespaces in the native API, oldest first, once they are what is waited for. */
function eventsOf(...namespaces: readonly string[]) {
  const filter = namespaces.map((namespace) => `namespace=${namespace}`).join('&')
  const path = `/v1/events?${filter}&source=distribution&order=oldest&limit=100`
  return {
    until: (accept: (seen: readonly NativeEvent[]) => boolean) =>
      eventually(
        async () => (await readJson<{ events: readonly NativeEvent[] }>(waybill, path)).events,
        accept,
        { what: path },
      ),
  }
}

async function quay<Body>(path: string): Promise<Body> {
  const response = await fetch(`http://${listen}${path}`, {
    headers: { Authorization: `Bearer ${quayToken}` },
  })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return JSON.parse(text)
}

async function create<Created>(path: string, body: unknown): Promise<Created> {
  const response = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  expect(response.status, text).toBe(201)
  return JSON.parse(text)
}

async function createToken(user: NewUser, scopes: readonly string[]): Promise<string> {
  await create('/v1/users', { tenant: 'default', ...user })
  const { token } = await create<{ token: string }>('/v1/tokens', { user: user.name, scopes })
  return token
}

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}
