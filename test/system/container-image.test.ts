import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { podmanIn } from '../support/container-engine.ts'
import { actionsOf, sendAndFind } from '../support/event-round-trip.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { writeNodeBase } from '../support/node-base-image.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const COMMAND_MS_MAX = 300_000
const IMAGE = 'localhost/waybill'
const CONTAINER = 'waybill'

const folder = mkdtempSync(join(tmpdir(), 'waybill-image-'))
const podman = podmanIn(folder, COMMAND_MS_MAX)
let port = 0

/** The cache of npm has what was installed for these tests: the build needs no network. */
function npmCache(): string {
  return execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim()
}

beforeAll(async () => {
  port = await freePort()
  await podman.run('import', await writeNodeBase(folder), 'localhost/node-base')
  // One layer for each stage: the driver of the tests copies a layer whole.
  const storage = ['--layers=false', '--format', 'docker', '--network', 'host']
  // The home of root in the base is `/`.
  const cache = ['--volume', `${npmCache()}:/.npm`]
  const base = ['--build-arg', 'NODE_IMAGE=localhost/node-base']
  await podman.run('build', ...storage, ...cache, ...base, '--tag', IMAGE, ROOT)
})
afterAll(async () => {
  await podman.run('rm', '--force', '--all')
  await podman.cleanUp()
  rmSync(folder, { recursive: true })
})

/** Starts the image as docs/operations.md hardens it, and nothing is writable but the volume. */
async function startContainer(): Promise<void> {
  const hardened = ['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all']
  const place = ['--network', 'host', '--env', `WAYBILL_LISTEN=127.0.0.1:${port}`]
  const options = ['--security-opt', 'no-new-privileges', '--volume', 'waybill-data:/data']
  await podman.run('run', '--detach', '--name', CONTAINER, ...hardened, ...place, ...options, IMAGE)
  await isHealthy()
}

async function isHealthy(): Promise<void> {
  const look = () => podman.run('healthcheck', 'run', CONTAINER)
  const options = { what: 'the health check passes', deadlineMs: 60_000 }
  await eventually(look, () => true, options).catch(async (cause: unknown) => {
    throw new Error(await podman.run('logs', CONTAINER), { cause })
  })
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  const token = (await podman.run('exec', CONTAINER, 'cat', '/data/admin-token')).trim()
  const headers = new Headers(init?.headers)
  headers.set('Authorization', `Bearer ${token}`)
  return fetch(new URL(path, `http://127.0.0.1:${port}`), { ...init, headers })
}

/** Stops the container with the image's own signal, and answers the exit status. */
async function endContainer(): Promise<number> {
  await podman.run('stop', '--time', '60', CONTAINER)
  const status = await podman.run('inspect', '--format', '{{.State.ExitCode}}', CONTAINER)
  await podman.run('rm', CONTAINER)
  return Number(status)
}

test('a read-only container without rights keeps events in its volume', async () => {
  await startContainer()
  await sendAndFind(request, 'alice')
  expect(await podman.run('exec', CONTAINER, 'id', '-u')).toBe('1000\n')
  const status = ['waybill', 'status', '--server', `http://127.0.0.1:${port}`]
  expect(await podman.run('exec', CONTAINER, ...status)).toContain('version')
  expect(await endContainer()).toBe(0)

  await startContainer()
  expect(await actionsOf(request, 'alice')).toEqual(['image.push'])
  expect(await endContainer()).toBe(0)
})

test('the health check fails when the server does not answer', async () => {
  const idle = ['--entrypoint', 'node', IMAGE, '-e', 'setInterval(() => undefined, 1000)']
  await podman.run('run', '--detach', '--name', 'idle', '--network', 'host', ...idle)
  await expect(podman.run('healthcheck', 'run', 'idle')).rejects.toThrow()
})

test('the image names a user by number, its volume and where it comes from', async () => {
  const [image] = JSON.parse(await podman.run('image', 'inspect', IMAGE))
  expect(image.Config).toMatchObject({
    User: '1000:1000',
    Volumes: { '/data': {} },
    StopSignal: 'SIGTERM',
    Labels: { 'org.opencontainers.image.licenses': 'Apache-2.0' },
  })
  expect(image.Config.Labels['org.opencontainers.image.version']).toBe(
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  )
})
