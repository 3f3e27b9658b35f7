import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/**
 * A proxy that does not exist, for everything that is not on this machine: no outsider can reach a
 * public address, whatever it has built in.
 */
export const CLOSED_PROXY = { host: '127.0.0.1', port: 9 }

/** A program that answers each line of JSON with one line of JSON. */
export class LineDriver {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #answers: AsyncIterator<string>
  #errors = ''

  /** @param folder its home and working folder. */
  constructor([program = '', ...options]: readonly string[], folder: string) {
    const proxy = `http://${CLOSED_PROXY.host}:${CLOSED_PROXY.port}`
    this.#child = spawn(program, options, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        LANG: 'C.UTF-8',
        ...{ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy },
        ...{ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
      },
    })
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString()
    })
    // A driver that ended answers nothing, which says it.
    this.#child.stdin.on('error', () => undefined)
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Sends a command, whose bigints are numbers of JSON, and reads its answer. */
  async ask<Answer>(command: object): Promise<Answer> {
    const text = JSON.stringify(command, (_name, value: unknown) =>
      typeof value === 'bigint' ? `#${value}#` : value,
    )
    this.#child.stdin.write(`${text.replaceAll(/"#(\d+)#"/g, '$1')}\n`)
    const answer = await this.#answers.next()
    if (answer.done === true) throw new Error(`the driver ended:\n${this.#errors}`)
    return JSON.parse(answer.value)
  }

  /** Ends the program, and waits for its end. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.stdin.end()
    await once(this.#child, 'exit')
  }
}
