import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireCommands, run } from './commands.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

/** Runs a master in the foreground. */
const DAEMON = 'twistd3'
const CHANGE_ACCOUNT = 'change:for-this-test'

export interface BuildbotOptions {
  /** A folder for the master and its worker; it is made. */
  readonly folder: string
  /** Where its reporter sends builds, and the token that goes along. */
  readonly report: { readonly url: string; readonly token: string }
}

/**
 * Debian's Buildbot on the loopback interface: a master, and a worker in the same process. Its one
 * builder `build-image` has the steps `compile`, which succeeds, and `test`, which fails.
 */
export interface Buildbot {
  /** Tells it of a change by somebody, which it builds. */
  change(who: string): Promise<void>
  /** Builds that were not told are lost with it. */
  stop(): Promise<void>
}

/** Starts a Buildbot; resolves when it runs. Fails when Debian's packages are not installed. */
export async function startBuildbot({ folder, report }: BuildbotOptions): Promise<Buildbot> {
  requireCommands('buildbot', 'buildbot-worker', DAEMON)
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  writeFileSync(join(folder, 'master.cfg'), configuration(port, report))
  await run('buildbot', 'create-master', '--quiet', folder)
  const child = spawn(DAEMON, ['--nodaemon', '--no_save', '-y', 'buildbot.tac'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill('SIGTERM')
    await exited
  }
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`buildbot ended: ${said.join('')}`)
        return readFileSync(join(folder, 'twistd.log'), 'utf8')
      },
      (log) => log.includes('BuildMaster is running'),
      { what: 'buildbot runs', deadlineMs: 60_000 },
    )
  } catch (error) {
    await stop()
    throw error
  }
  return {
    async change(who) {
      await run(
        'buildbot',
        ...['sendchange', '--master', `127.0.0.1:${port}`, '--auth', CHANGE_ACCOUNT],
        ...['--who', who, '--branch', 'main', 'Containerfile'],
      )
    },
    stop,
  }
}

/** The reporter is that of docs/sources/buildbot.md. */
function configuration(port: number, { url, token }: BuildbotOptions['report']): string {
  const [user, password] = CHANGE_ACCOUNT.split(':')
  return `
from buildbot.plugins import changes, reporters, schedulers, steps, util, worker

c = BuildmasterConfig = {}
c['buildbotNetUsageData'] = None
c['title'] = 'test'
c['titleURL'] = c['buildbotURL'] = 'http://127.0.0.1/'
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['protocols'] = {'pb': {'port': 'tcp:${port}:interface=127.0.0.1'}}
c['workers'] = [worker.LocalWorker('w1')]
c['change_source'] = [changes.PBChangeSource(user='${user}', passwd='${password}')]
c['schedulers'] = [schedulers.AnyBranchScheduler(
    name='changes', builderNames=['build-image'], treeStableTimer=None)]
factory = util.BuildFactory([
    steps.ShellCommand(name='compile', command=['true']),
    steps.ShellCommand(name='test', command=['false'])])
c['builders'] = [util.BuilderConfig(name='build-image', workernames=['w1'], factory=factory)]
c['services'] = [reporters.HttpStatusPush(
    serverUrl='${url}',
    headers={'Authorization': 'Bearer ${token}'},
    generators=[reporters.BuildStatusGenerator(
        mode='all',
        report_new=True,
        message_formatter=reporters.MessageFormatterFunction(
            lambda context: context['build'], 'json', want_steps=True))])]
`
}
