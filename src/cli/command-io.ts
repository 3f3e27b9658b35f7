import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { Environment } from '../config/table/environment.ts'
import { OutputClosed } from './command-error.ts'

/** A stream to write to, which may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }
/** A stream to read from, which may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean }

/** The streams, environment and signals of a command. */
export interface CommandIo {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Input
  readonly env: Environment
  /** Aborts at the first Ctrl-C. From the first call on, Ctrl-C no longer ends the process. */
  readonly interruption: () => AbortSignal
}

/** The streams, environment and signals of this process. */
export function processIo(env: Environment): CommandIo {
  let signal: AbortSignal | undefined
  const interruption = () => {
    signal ??= abortAtSignal()
    return signal
  }
  const { stdout, stderr, stdin } = process
  return { stdout, stderr, stdin, env, interruption }
}

/**
 * Writes a text, and waits while the reader is slow.
 *
 * @throws OutputClosed when the reader of a pipe is gone.
 */
export async function write(output: Output, text: string): Promise<void> {
  if (output.destroyed || output.errored !== null) throw new OutputClosed()
  if (output.write(text)) return
  const settled = new AbortController()
  try {
    await Promise.race([
      once(output, 'drain', { signal: settled.signal }),
      once(output, 'close', { signal: settled.signal }).then(() => {
        throw new OutputClosed()
      }),
    ])
  } catch (error) {
    // An error of the stream also means that the reader is gone.
    throw new OutputClosed('the output was closed', { cause: error })
  } finally {
    settled.abort()
  }
}

/** The first signal aborts; the next one ends the process by the default action. */
function abortAtSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
