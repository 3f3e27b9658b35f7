import { closeSync, fdatasyncSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import type { FileThread } from '../../src/ledger/journal/file-thread.ts'
import { RECORD_KIND, readRecordHeader } from '../../src/ledger/journal/record-format.ts'

/** What becomes of the next record of events. */
export type WriteFate = 'write' | 'fail' | 'write and fail' | 'write half and fail' | 'hang'

/** What is done to a file; a write is named for what it writes. */
export type FileCall = 'make' | 'open' | 'remove' | 'header' | 'events' | 'insert' | 'end'

/** Where in such a call. */
export type CallMoment = 'before' | 'middle' | 'after'

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
  /** Called at each moment of each call: it may throw what the disk says, or crash the process. */
  onCall: (call: FileCall, moment: CallMoment) => void = () => undefined
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
    const at = (call: FileCall, moment: CallMoment) => {
      checkAlive()
      this.onCall(call, moment)
      checkAlive()
    }
    let file = -1
    return {
      make: async ({ path, bytes }) => {
        at('make', 'before')
        if (!this.hasRoom) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
        writeFileSync(path, Buffer.alloc(bytes >> 1), { flag: 'wx' })
        try {
          at('make', 'middle')
          writeFileSync(path, Buffer.alloc(bytes))
          at('make', 'after')
        } catch (error) {
          if (life === this.#life) rmSync(path)
          throw error
        }
      },
      open: async (path) => {
        at('open', 'before')
        if (file >= 0) closeSync(file)
        file = openSync(path, 'r+')
        at('open', 'after')
      },
      write: async (bytes, position) => {
        const call = callOf(bytes, position)
        const fate = call === 'events' ? (this.nextFates.shift() ?? 'write') : 'write'
        if (fate === 'hang') await new Promise<void>((resolve) => (this.release = resolve))
        else await new Promise(setImmediate)
        at(call, 'before')
        const half = fate === 'fail' ? 0 : bytes.length >> 1
        writeSync(file, bytes, 0, half, position)
        at(call, 'middle')
        if (fate !== 'write half and fail' && fate !== 'fail') {
          writeSync(file, bytes, half, bytes.length - half, position + half)
        }
        fdatasyncSync(file)
        if (fate !== 'write' && fate !== 'hang') {
          throw Object.assign(new Error('input/output error'), { code: 'EIO' })
        }
        if (call === 'events') this.recordSizes.push(readRecordHeader(bytes).count)
        at(call, 'after')
      },
      remove: async (path) => {
        at('remove', 'before')
        rmSync(path, { force: true })
        at('remove', 'after')
      },
      close: async () => {
        if (file >= 0) closeSync(file)
        file = -1
      },
    }
  }
}

function callOf(bytes: Buffer, position: number): FileCall {
  if (position === 0) return 'header'
  const { kind } = readRecordHeader(bytes)
  if (kind === RECORD_KIND.events) return 'events'
  return kind === RECORD_KIND.insert ? 'insert' : 'end'
}
