import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'
import { runIn } from './run-in.ts'

const STEP_MS_MAX = 60_000

/** The witness of aics-witness, on a port of the loopback interface. */
export class StockWitness {
  readonly url: string
  readonly vkey: string
  readonly #installation: string
  readonly #configuration: string
  #process: ChildProcess | undefined

  private constructor(fixed: {
    readonly url: string
    readonly vkey: string
    readonly installation: string
    readonly configuration: string
  }) {
    this.url = fixed.url
    this.vkey = fixed.vkey
    this.#installation = fixed.installation
    this.#configuration = fixed.configuration
  }

  /**
   * Makes the key of a witness, which does not run yet.
   * @param installation folder of the tools of Python.
   * @param folder where its files go.
   */
  static async make(installation: string, folder: string, name: string): Promise<StockWitness> {
    const configuration = join(folder, `${name}.json`)
    const port = await freePort()
    const files = ['--db', `${name}.db`, '--key-file', `${name}.key`]
    const place = ['--name', `witness.example/${name}`, '--listen', `127.0.0.1:${port}`]
    const output = await command(installation, 'init', '-c', configuration, ...place, ...files)
    const vkey = output.split('\n').find((line) => line.startsWith('witness.example/')) ?? ''
    return new StockWitness({ url: `http://127.0.0.1:${port}`, vkey, installation, configuration })
  }

  /** Lets it cosign for a log. It must be started again afterwards. */
  async trust(logVkey: string): Promise<void> {
    const log = ['--origin', logVkey.split('+')[0] ?? '', '--vkey', logVkey]
    await command(this.#installation, 'add-log', '-c', this.#configuration, ...log)
  }

  /** Starts it; it answers soon after. */
  start(): void {
    const options = ['-m', 'aics_witness', 'serve', '-c', this.#configuration]
    const program = join(this.#installation, 'venv/bin/python')
    this.#process = spawn(program, options, { stdio: 'ignore' })
  }

  async stop(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running === undefined || running.exitCode !== null) return
    running.kill('SIGTERM')
    await once(running, 'close')
  }
}

async function command(installation: string, ...argv: readonly string[]): Promise<string> {
  const program = ['venv/bin/python', '-m', 'aics_witness']
  return await runIn(installation, [...program, ...argv], STEP_MS_MAX)
}
