import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

/** The calls of the thread in their order, and what the next sync of a directory throws. */
const seen = vi.hoisted(() => ({
  calls: [] as string[],
  names: new Map<number, string>(),
  directoryError: undefined as Error | undefined,
  listen: (_message: object): void => undefined,
}))

vi.mock('node:worker_threads', () => ({
  parentPort: {
    on: (_: string, listen: (message: object) => void) => {
      seen.listen = listen
    },
    postMessage: ({ error }: { error?: { code?: string } }) => {
      seen.calls.push(error === undefined ? 'answer' : `error ${error.code}`)
    },
  },
}))

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>()
  const nameOf = (file: number) => seen.names.get(file) ?? '?'
  return {
    ...fs,
    openSync: (path: string, flags: string, mode?: number) => {
      const file = fs.openSync(path, flags, mode)
      seen.names.set(file, /\.journal$/.test(path) ? basename(path) : 'directory')
      if (flags === 'wx') seen.calls.push(`create ${nameOf(file)}`)
      return file
    },
    writeSync: (file: number, ...rest: [Buffer, number, number, number | null]) => {
      seen.calls.push(`write ${nameOf(file)}`)
      return fs.writeSync(file, ...rest)
    },
    fsyncSync: (file: number) => {
      seen.calls.push(`sync ${nameOf(file)}`)
      if (nameOf(file) === 'directory' && seen.directoryError) throw seen.directoryError
      fs.fsyncSync(file)
    },
    fdatasyncSync: (file: number) => {
      seen.calls.push(`datasync ${nameOf(file)}`)
      fs.fdatasyncSync(file)
    },
    rmSync: (path: string, options: object) => {
      seen.calls.push(`remove ${basename(path)}`)
      fs.rmSync(path, options)
    },
  }
})

/** It is JavaScript without types. */
const THREAD = '../../../../src/ledger/journal/writing-thread.js'

/** A directory, and calls of the thread in it: each answers what was done. */
async function setUpThread() {
  await import(THREAD)
  const directory = await mkdtemp(join(tmpdir(), 'waybill-thread-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const call = (name: string, argument: object) => {
    seen.calls.length = 0
    seen.listen({ number: 1, name, argument })
    return [...seen.calls]
  }
  const path = join(directory, '1.journal')
  return { directory, path, call }
}

describe('the thread that writes a journal', () => {
  it('answers for a file when its zeros are on disk, and then its name', async () => {
    const { directory, path, call } = await setUpThread()
    expect(call('make', { path, directory, bytes: 8192 })).toEqual([
      ...['create 1.journal', 'write 1.journal', 'sync 1.journal', 'sync directory', 'answer'],
    ])
    expect(await readFile(path)).toEqual(Buffer.alloc(8192))
  })

  it('removes a file whose name may not be on disk, so that it can be made again', async () => {
    const { directory, path, call } = await setUpThread()
    seen.directoryError = Object.assign(new Error('input/output error'), { code: 'EIO' })
    expect(call('make', { path, directory, bytes: 8192 }).slice(-2)).toEqual([
      ...['remove 1.journal', 'error EIO'],
    ])
    seen.directoryError = undefined
    expect(await readdir(directory)).toEqual([])
    expect(call('make', { path, directory, bytes: 8192 }).at(-1)).toBe('answer')
  })

  it('answers for a record when it is on disk', async () => {
    const { directory, path, call } = await setUpThread()
    call('make', { path, directory, bytes: 8192 })
    call('open', { path })
    expect(call('write', { bytes: Buffer.from('record'), position: 4096 })).toEqual([
      ...['write 1.journal', 'datasync 1.journal', 'answer'],
    ])
    expect((await readFile(path)).toString('latin1', 4096, 4102)).toBe('record')
  })

  it('syncs what a killed process may have left in memory before it goes on', async () => {
    const { directory, path, call } = await setUpThread()
    call('make', { path, directory, bytes: 8192 })
    expect(call('open', { path })).toEqual(['datasync 1.journal', 'answer'])
  })

  it('writes nothing anywhere after a file could not be opened', async () => {
    const { directory, path, call } = await setUpThread()
    call('make', { path, directory, bytes: 8192 })
    call('open', { path })
    expect(call('open', { path: join(directory, 'absent') })).toEqual(['error ENOENT'])
    expect(call('write', { bytes: Buffer.from('record'), position: 0 }).at(-1)).toMatch('error')
    expect(await readFile(path)).toEqual(Buffer.alloc(8192))
  })
})
