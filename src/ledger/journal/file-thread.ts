import { Worker } from 'node:worker_threads'

/** A new file of a journal, full of zeros. */
interface NewFile {
  readonly path: string
  readonly directory: string
  readonly bytes: number
}

/**
 * Files of a journal, written by a thread of their own with synchronous calls, in the order of the
 * calls. Each method rejects with the error of the disk (`code`: `ENOSPC`, `EIO` …).
 */
export interface FileThread {
  /** Makes a file that is durable, its name too. What a failure left of it is removed. */
  make(file: NewFile): Promise<void>
  /** Opens the file that `write` writes to. */
  open(path: string): Promise<void>
  /** Resolves once the bytes are on disk. They belong to the thread from now on. */
  write(bytes: Buffer, position: number): Promise<void>
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>
  close(): Promise<void>
}

interface Answer {
  readonly number: number
  readonly error?: { readonly message: string; readonly code?: string }
}

interface Pending {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Starts a thread that writes files. */
export function startFileThread(): FileThread {
  const worker = new Worker(new URL('./writing-thread.js', import.meta.url), {
    // The thread holds one buffer; the default would reserve as much as the main thread.
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
  })
  const pending = new Map<number, Pending>()
  let failed: Error | undefined
  let lastNumber = 0

  const failAll = (error: Error) => {
    failed = error
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  worker.on('error', failAll)
  worker.on('exit', () => failAll(failed ?? new Error('the thread of the journal has ended')))
  worker.on('message', ({ number, error }: Answer) => {
    const waiting = pending.get(number)
    pending.delete(number)
    if (pending.size === 0) worker.unref()
    if (error === undefined) waiting?.resolve()
    else waiting?.reject(Object.assign(new Error(error.message), { code: error.code }))
  })
  worker.unref()

  const call = (name: string, argument: object, transfer: readonly ArrayBuffer[] = []) =>
    new Promise<void>((resolve, reject) => {
      if (failed !== undefined) {
        reject(failed)
        return
      }
      lastNumber += 1
      pending.set(lastNumber, { resolve, reject })
      // A call that runs keeps the process alive; an idle thread does not.
      worker.ref()
      worker.postMessage({ number: lastNumber, name, argument }, [...transfer])
    })

  return {
    make: (file) => call('make', file),
    open: (path) => call('open', { path }),
    write: (bytes, position) => call('write', { bytes, position }, ownMemory(bytes)),
    remove: (path) => call('remove', { path }),
    async close() {
      await worker.terminate()
    },
  }
}

/** The buffer to transfer to the thread, if it holds only these bytes; else they are copied. */
function ownMemory({ buffer, byteLength }: Buffer): readonly ArrayBuffer[] {
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  return isOwn ? [buffer] : []
}
