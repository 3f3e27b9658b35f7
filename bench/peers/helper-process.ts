import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A baseline in a process of its own, asked over Node's channel between processes. */
export interface Helper<Request, Reply> {
  readonly pid: number
  ask(request: Request): Promise<Reply>
  /** Ends the process and waits until it is gone. */
  close(): Promise<void>
}

type Outcome<Reply> = { readonly reply: Reply } | { readonly error: string }

/** Starts a file of this folder that calls `serveParent`. */
export function startHelper<Request extends object, Reply>(file: string): Helper<Request, Reply> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  return {
    pid: child.pid ?? 0,
    ask: (request) => ask<Reply>(child, request),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      if (child.connected) child.disconnect()
      await exit
    },
  }
}

/** Answers what the parent asks, one question at a time, until it is gone. */
export function serveParent<Request, Reply>(answer: (request: Request) => Promise<Reply>): void {
  process.on('message', (request: Request) => {
    answer(request).then(
      (reply) => process.send?.({ reply }),
      (error: unknown) => {
        process.send?.({ error: error instanceof Error ? String(error.stack) : String(error) })
      },
    )
  })
  process.on('disconnect', () => process.exit())
}

function ask<Reply>(child: ChildProcess, request: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    const onMessage = (outcome: unknown) => {
      settle()
      // Both ends of the channel are in this folder: what comes is what `serveParent` sends.
      const told = outcome as Outcome<Reply>
      if ('error' in told) reject(new Error(told.error))
      else resolve(told.reply)
    }
    const onExit = () => {
      settle()
      reject(new Error(`a helper process ended with ${child.exitCode ?? child.signalCode}`))
    }
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.send(request)
  })
}
