import { closeSync, fdatasyncSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import type { FileThread } from '../../src/ledger/journal/file-thread.ts'
import { RECORD_KIND, readRecordHeader } from '../../src/ledger/journal/record-format.ts'

/** What becomes of the next record of events. */
export type WriteFate = 'write' | 'fail' | 'write and fail' | 'write half and fail' | 'hang'

/**
 * Real files, written in this thread, whose next writes fail on command: what a disk does only when
 * it breaks.
 */
export class FaultyFiles {
  nextFates: WriteFate[] = []
  /** Whether new files can be made. */
  hasRoom = true
  /** Number of events of each record that was written. */
  readonly recordSizes: number[] = []
  release: () => void = () => undefined
  #life = 0

  /** Cuts off what was started so far: a process that is killed writes no more. */
  crash(): void {
    this.#life += 1
  }

  readonly start = (): FileThread => {
    const life = this.#life
    const checkAlive = () => {
      if (life !== this.#life) throw new Error('the process was killed')
    }
    let file = -1
    return {
      make: async ({ path, bytes }) => {
        checkAlive()
        if (!this.hasRoom) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        writeFileSync(path, Buffer.alloc(bytes), { flag: 'wx' })
      },
      open: async (path) => {
        if (file >= 0) closeSync(file)
        file = openSync(path, 'r+')
      },
      write: async (bytes, position) => {
        const record = position === 0 ? undefined : readRecordHeader(bytes)
        const isEvents = record?.kind === RECORD_KIND.events
        const fate = isEvents ? (this.nextFates.shift() ?? 'write') : 'write'
        if (fate === 'hang') await new Promise<void>((resolve) => (this.release = resolve))
        else await new Promise(setImmediate)
        checkAlive()
        const written =
          fate === 'fail' ? 0 : fate === 'write half and fail' ? bytes.length >> 1 : bytes.length
        writeSync(file, bytes, 0, written, position)
        fdatasyncSync(file)
        if (fate !== 'write' && fate !== 'hang') {
          throw Object.assign(new Error('input/output error'), { code: 'EIO' })
        }
        if (isEvents) this.recordSizes.push(record.count)
      },
      remove: async (path) => {
        checkAlive()
        rmSync(path, { force: true })
      },
      close: async () => {
        if (file >= 0) closeSync(file)
        file = -1
      },
    }
  }
}
