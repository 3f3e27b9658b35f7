import type { FileThread } from '../../src/ledger/journal/file-thread.ts'
import type { JournalFiles } from './journal-files.ts'

/** What was asked of a disk. A sync makes all writes to its file durable that came before. */
export type DiskStep =
  | { readonly kind: 'create' | 'remove' | 'sync'; readonly name: string }
  | { readonly kind: 'write'; readonly name: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'sync names' }

/**
 * Records what a thread of a journal asks of the disk: the steps are those of `writing-thread.js`,
 * whose test says the same.
 */
export class RecordedDisk {
  readonly steps: DiskStep[] = []

  readonly record = (thread: FileThread): FileThread => {
    let open = ''
    return {
      ...thread,
      make: async (file) => {
        const name = nameOf(file.path)
        this.steps.push({ kind: 'create', name })
        this.steps.push({ kind: 'write', name, at: 0, bytes: Buffer.alloc(file.bytes) })
        this.steps.push({ kind: 'sync', name }, { kind: 'sync names' })
        await thread.make(file)
      },
      open: async (path) => {
        open = nameOf(path)
        await thread.open(path)
      },
      write: async (bytes, at) => {
        const name = open
        this.steps.push({ kind: 'write', name, at, bytes: Buffer.from(bytes) })
        await thread.write(bytes, at)
        this.steps.push({ kind: 'sync', name })
      },
      remove: async (path) => {
        this.steps.push({ kind: 'remove', name: nameOf(path) })
        await thread.remove(path)
      },
    }
  }

  /**
   * The files after the first `end` steps and a power loss. Of each step that no sync made durable
   * `survives` says how much of it is on the disk, from 0 to 1: names are there or not, of a write
   * that part of its bytes.
   */
  filesAfter(end: number, survives: (step: number) => number): JournalFiles {
    const steps = this.steps.slice(0, end)
    const files = new Map<string, Buffer>()
    for (const [index, step] of steps.entries()) {
      const share = isDurable(steps, index) ? 1 : survives(index)
      if (step.kind === 'create' && share > 0.5) files.set(step.name, Buffer.alloc(0))
      if (step.kind === 'remove' && share > 0.5) files.delete(step.name)
      const file = step.kind === 'write' ? files.get(step.name) : undefined
      if (step.kind !== 'write' || file === undefined) continue
      const written = step.bytes.subarray(0, Math.round(step.bytes.length * share))
      const grown = Buffer.alloc(Math.max(file.length, step.at + written.length))
      file.copy(grown)
      written.copy(grown, step.at)
      files.set(step.name, grown)
    }
    return files
  }
}

function isDurable(steps: readonly DiskStep[], index: number): boolean {
  const step = steps[index]
  return steps.slice(index + 1).some((later) => {
    if (step?.kind === 'write') return later.kind === 'sync' && later.name === step.name
    return later.kind === 'sync names'
  })
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
