import { once } from 'node:events'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

/** The second verifier, which is no part of Waybill. */
export const OFFLINE_VERIFIER = fileURLToPath(
  new URL('../../../scripts/verify-offline.mjs', import.meta.url),
)

/** What a run of the second verifier printed, and how it ended. */
export interface OfflineAnswer {
  readonly code: number
  readonly lines: readonly string[]
  readonly errors: string
}

/** The program for each message: a process for each of many changes takes minutes. */
const RUNNER = `
import { parentPort } from 'node:worker_threads'
const printed = []
console.log = (text) => printed.push(text)
let runs = 0
parentPort.on('message', async (args) => {
  process.argv.splice(1, Infinity, '${OFFLINE_VERIFIER}', ...args)
  process.exitCode = 0
  let errors = ''
  try {
    await import('${pathToFileURL(OFFLINE_VERIFIER)}?run=' + (runs += 1))
  } catch (error) {
    errors = String(error)
  }
  parentPort.postMessage({
    code: process.exitCode,
    lines: printed.splice(0).join('\\n').split('\\n'),
    errors,
  })
})`

/** Runs the second verifier again and again in one thread, one run at a time. */
export class OfflineVerifier {
  readonly #worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(RUNNER)}`))

  async run(args: readonly string[]): Promise<OfflineAnswer> {
    this.#worker.postMessage(args)
    const [answer] = await once(this.#worker, 'message')
    return answer
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}
