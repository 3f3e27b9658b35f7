import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { requireCommands, run } from './commands.ts'
import { eventually } from './eventually.ts'

/** Where the binary of Debian's busybox-static is: the one file of the test's image. */
const BUSYBOX = '/usr/bin/busybox'

/** How long an engine is listened to for what it kept, in milliseconds after the last byte. */
const REPLAY_QUIET_MS = 700

/** What an engine answered. */
interface EngineAnswer {
  readonly status: number
  readonly text: string
}

/** A real engine on a Unix socket in a folder of its own; it touches nothing else of the host. */
export interface ContainerEngineProcess {
  readonly socket: string
  /** Sends a request of the Docker Engine API; fails on a status over 399. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<EngineAnswer>
  /** Makes an image of one file, the shell of busybox. */
  build(name: string): Promise<void>
  /** Every event that it still has, in its order. */
  told(): Promise<readonly ToldEvent[]>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** An event as the engine itself tells it. */
export interface ToldEvent {
  readonly action: string
  /** Of the container or image. */
  readonly id: string
  /** Nanoseconds since 1970, more digits than a number holds. */
  readonly timeNano: string
}

/** What tells one engine from the other. */
interface EngineKind {
  readonly commands: readonly string[]
  readonly program: string
  arguments(folder: string, socket: string): readonly string[]
  environment(folder: string): Readonly<Record<string, string>>
  /** Removes what the engine left outside of the files of its folder. */
  cleanUp(folder: string): Promise<void>
}

// No right over limits and no network is assumed, as in a container or on a build machine.
const DOCKER: EngineKind = {
  commands: ['dockerd', 'runc', 'busybox'],
  program: 'dockerd',
  arguments: (folder, socket) => [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--pidfile', join(folder, 'docker.pid'), '-H', `unix://${socket}`],
    ...['--storage-driver', 'vfs', '--bridge=none', '--iptables=false', '--ip6tables=false'],
    ...['--ip-forward=false', '--ip-masq=false'],
    ...['--default-ulimit', 'nofile=4096:4096', '--default-ulimit', 'nproc=4096:4096'],
  ],
  environment: () => ({}),
  async cleanUp(folder) {
    const mounted = join(folder, 'exec', 'netns', 'default')
    if (isMounted(mounted)) await run('umount', mounted)
  },
}

const PODMAN: EngineKind = {
  commands: ['podman', 'runc', 'busybox'],
  program: 'podman',
  arguments: (folder, socket) => [
    ...['--tmpdir', join(folder, 'tmp')],
    ...['system', 'service', '--time=0', `unix://${socket}`],
  ],
  environment(folder) {
    const write = (name: string, lines: readonly string[]) => {
      const path = join(folder, name)
      writeFileSync(path, lines.join('\n'))
      return path
    }
    return {
      CONTAINERS_CONF: write('containers.conf', [
        '[containers]',
        'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
        'netns = "none"',
        '[engine]',
        'cgroup_manager = "cgroupfs"',
        'events_logger = "file"',
        'runtime = "runc"',
        '[engine.runtimes]',
        'runc = ["/usr/sbin/runc", "/usr/bin/runc"]',
      ]),
      CONTAINERS_STORAGE_CONF: write('storage.conf', [
        '[storage]',
        'driver = "vfs"',
        `graphroot = ${JSON.stringify(join(folder, 'root'))}`,
        `runroot = ${JSON.stringify(join(folder, 'run'))}`,
      ]),
      CONTAINERS_REGISTRIES_CONF: write('registries.conf', [
        'unqualified-search-registries = []',
        '[[registry]]',
        'location = "127.0.0.1"',
        'insecure = true',
      ]),
    }
  },
  async cleanUp(folder) {
    // A command that ran in a container leaves a process that waits for minutes to clean up.
    for (const pid of processesNaming(folder)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself meanwhile.
      }
    }
    for (const driver of ['vfs', 'overlay']) {
      const mounted = join(folder, 'root', driver)
      if (isMounted(mounted)) await run('umount', mounted)
    }
  },
}

/**
 * Starts Debian's Docker Engine, with its own containerd. `folder` is empty or from before.
 *
 * @param more arguments beside those that keep it in its folder.
 */
export function startDocker(
  folder: string,
  more: readonly string[] = [],
): Promise<ContainerEngineProcess> {
  const kind: EngineKind = {
    ...DOCKER,
    arguments: (...place) => [...DOCKER.arguments(...place), ...more],
  }
  return startEngine(kind, folder)
}

/** The socket of an engine in a folder, before it is started too. */
export function engineSocket(folder: string): string {
  return join(folder, 'engine.sock')
}

/** Starts Debian's Podman as a service. `folder` is empty or from before. */
export function startPodman(folder: string): Promise<ContainerEngineProcess> {
  return startEngine(PODMAN, folder)
}

/** Podman's command line, with everything that it keeps in a folder. */
export interface PodmanCommand {
  /** Runs a command to its end and answers its standard output; an exit status fails. */
  run(...args: readonly string[]): Promise<string>
  cleanUp(): Promise<void>
}

/** Podman without a service, as a person uses it. `folder` exists. */
export function podmanIn(folder: string, timeoutMs: number): PodmanCommand {
  requireCommands(...PODMAN.commands)
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    ...PODMAN.environment(folder),
    // Copying layers is slow for a large image, but works where nothing can be mounted.
    STORAGE_DRIVER: canOverlay(folder) ? 'overlay' : 'vfs',
    // Health checks are run by the test: there may be no systemd to run them.
    DISABLE_HC_SYSTEMD: 'true',
  }
  const options = { env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 }
  return {
    async run(...args) {
      const all = ['--tmpdir', join(folder, 'tmp'), ...args]
      return (await promisify(execFile)('podman', all, options)).stdout
    },
    cleanUp: () => PODMAN.cleanUp(folder),
  }
}

/** Whether the kernel lets this process lay one folder over another there. */
function canOverlay(folder: string): boolean {
  const trial = join(folder, 'overlay-trial')
  for (const name of ['lower', 'upper', 'work', 'at']) {
    mkdirSync(join(trial, name), { recursive: true })
  }
  const layers = `lowerdir=${trial}/lower,upperdir=${trial}/upper,workdir=${trial}/work`
  const mounted = spawnSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', `${trial}/at`])
  if (mounted.status === 0) spawnSync('umount', [`${trial}/at`])
  return mounted.status === 0
}

async function startEngine(kind: EngineKind, folder: string): Promise<ContainerEngineProcess> {
  requireCommands(...kind.commands)
  mkdirSync(folder, { recursive: true })
  const socket = engineSocket(folder)
  const environment = kind.environment(folder)
  let child: ChildProcess | undefined
  const engine: ContainerEngineProcess = {
    socket,
    call: (method, path, body, headers) => call(socket, { method, path, body, headers }),
    build: (name) => buildImage(socket, folder, name),
    told: () => toldBy(socket),
    async start() {
      const said: string[] = []
      const started = spawn(kind.program, kind.arguments(folder, socket), {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env['PATH'], HOME: folder, ...environment },
      })
      child = started
      started.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
      await eventually(
        async () => {
          if (started.exitCode !== null) throw new Error(said.slice(-20).join(''))
          return (await call(socket, { method: 'GET', path: '/_ping' })).text
        },
        (text) => text === 'OK',
        { what: `${kind.program} answers` },
      )
    },
    async stop() {
      if (child !== undefined && child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await kind.cleanUp(folder)
    },
  }
  await engine.start()
  return engine
}

/** The monitors of containers and commands whose files are in a folder of this test alone. */
function processesNaming(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const [program = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return program.endsWith('/conmon') && rest.some((one) => one.startsWith(`${folder}/`))
      } catch {
        return false
      }
    })
    .map(Number)
}

function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} `)
}

interface EngineCall {
  readonly method: string
  readonly path: string
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}

function call(socket: string, { method, path, body, ...more }: EngineCall): Promise<EngineAnswer> {
  const isBytes = Buffer.isBuffer(body)
  const type = isBytes ? 'application/x-tar' : 'application/json'
  const headers = { 'Content-Type': type, ...more.headers }
  return new Promise((resolve, reject) => {
    const sent = request(
      { socketPath: socket, agent: false, method, path, headers },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('error', reject)
        response.on('end', () => {
          const status = response.statusCode ?? 0
          // The engines tell of failures in the middle of a stream too.
          const isFailure = status > 399 || text.includes('"errorDetail"')
          if (isFailure) reject(new Error(`${method} ${path}: ${status} ${text}`))
          else resolve({ status, text })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body === undefined || isBytes ? body : JSON.stringify(body))
  })
}

async function buildImage(socket: string, folder: string, name: string): Promise<void> {
  const context = join(folder, 'context')
  if (!existsSync(context)) {
    mkdirSync(context)
    cpSync(BUSYBOX, join(context, 'busybox'))
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM scratch\nCOPY busybox /bin/busybox\nCMD ["/bin/busybox", "sh"]\n',
    )
  }
  const archive = join(folder, 'context.tar')
  await run('tar', '-cf', archive, '-C', context, '.')
  // Under another label it is another image, so that its removal removes more than a name.
  const labels = encodeURIComponent(JSON.stringify({ name }))
  const path = `/build?t=${encodeURIComponent(name)}&labels=${labels}`
  await call(socket, { method: 'POST', path, body: readFileSync(archive) })
}

function toldBy(socket: string): Promise<readonly ToldEvent[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const done = () => {
      sent.destroy()
      resolve(text.split('\n').filter(Boolean).map(toldEvent))
    }
    let timer = setTimeout(done, REPLAY_QUIET_MS)
    const sent = request(
      { socketPath: socket, path: '/events?since=0', agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
          clearTimeout(timer)
          timer = setTimeout(done, REPLAY_QUIET_MS)
        })
        response.on('error', () => undefined)
      },
    )
    sent.on('error', (error) => (sent.destroyed ? undefined : reject(error)))
    sent.end()
  })
}

function toldEvent(line: string): ToldEvent {
  const { Action, Actor } = JSON.parse(line)
  const [, timeNano = ''] = /"timeNano":(\d+)/.exec(line) ?? []
  return { action: Action, id: Actor.ID, timeNano }
}
