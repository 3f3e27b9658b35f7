import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommands, run } from './commands.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import type { OciImage } from './oci-image.ts'

const PROGRAM = 'docker-registry'

/** Somebody who may use the registry. */
interface Account {
  readonly name: string
  readonly password: string
}

export interface RegistryOptions {
  /** An empty folder for its configuration and its storage. */
  readonly folder: string
  readonly accounts: readonly Account[]
  /** Where it sends its notifications, and what it puts into `Authorization`. */
  readonly notify: { readonly url: string; readonly authorization: string }
}

/** Debian's docker-registry on a free port of the loopback interface, and skopeo as its client. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** `reference` is `repository:tag` here and below. */
  push(image: OciImage, reference: string, as: Account): Promise<void>
  /** Into a new folder. */
  pull(reference: string, folder: string, as: Account): Promise<void>
  /** From one repository of this registry to another, which mounts the layers. */
  copy(from: string, to: string, as: Account): Promise<void>
  remove(reference: string, as: Account): Promise<void>
  /** Notifications that it has not delivered yet are lost with it. */
  stop(): Promise<void>
}

/** Starts a registry; resolves when it answers. Fails when Debian's packages are not installed. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  requireCommands(PROGRAM, 'skopeo', 'htpasswd')
  const host = `127.0.0.1:${await freePort()}`
  const configuration = join(options.folder, 'registry.json')
  mkdirSync(options.folder, { recursive: true })
  writeFileSync(join(options.folder, 'htpasswd'), await passwordFile(options.accounts))
  // The configuration is YAML, of which JSON is a part.
  writeFileSync(configuration, JSON.stringify(registryConfiguration(host, options)))
  const child = spawn(PROGRAM, ['serve', configuration], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const exited = once(child, 'exit')
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`docker-registry ended: ${said.join('')}`)
      return (await fetch(`http://${host}/v2/`)).status
    },
    (status) => status === 401,
    { what: 'docker-registry answers' },
  )
  return {
    host,
    ...skopeo(host),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function registryConfiguration(host: string, { folder, notify }: RegistryOptions): unknown {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: true },
    },
    http: { addr: host, secret: 'for this test alone' },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
    notifications: {
      events: { includereferences: true },
      endpoints: [
        {
          name: 'waybill',
          url: notify.url,
          headers: { Authorization: [notify.authorization] },
          timeout: '5s',
          threshold: 3,
          backoff: '200ms',
        },
      ],
    },
  }
}

function skopeo(host: string): Pick<Registry, 'push' | 'pull' | 'copy' | 'remove'> {
  const credentials = (account: Account) => `${account.name}:${account.password}`
  const source = (as: Account) => ['--src-tls-verify=false', '--src-creds', credentials(as)]
  const destination = (as: Account) => ['--dest-tls-verify=false', '--dest-creds', credentials(as)]
  const skopeoRun = async (...args: readonly string[]) => {
    await run('skopeo', '--insecure-policy', ...args)
  }
  return {
    push: (image, reference, as) =>
      skopeoRun('copy', ...destination(as), `oci:${image.path}`, `docker://${host}/${reference}`),
    pull: (reference, folder, as) =>
      skopeoRun('copy', ...source(as), `docker://${host}/${reference}`, `dir:${folder}`),
    copy: (from, to, as) =>
      skopeoRun(
        'copy',
        ...source(as),
        ...destination(as),
        `docker://${host}/${from}`,
        `docker://${host}/${to}`,
      ),
    remove: (reference, as) =>
      skopeoRun(
        'delete',
        '--tls-verify=false',
        '--creds',
        credentials(as),
        `docker://${host}/${reference}`,
      ),
  }
}

async function passwordFile(accounts: readonly Account[]): Promise<string> {
  const lines = accounts.map(({ name, password }) =>
    run('htpasswd', '-nb', '-B', '-C', '5', name, password),
  )
  return (await Promise.all(lines)).map((line) => line.trim()).join('\n')
}
