// The thread that owns the files of the journal. It waits for the disk itself: a write that goes
// through the pool of the process queues behind whatever else is there, a query of the engine too.
// Written in JavaScript, as a worker of Node 20 reads no TypeScript.
import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'

const ZEROS = Buffer.alloc(1024 * 1024)

/** The open segment. */
let file = -1

const work = {
  /** Makes a file full of zeros, durable with its name: a record in it needs no more room. */
  make({ path, directory, bytes }) {
    const made = openSync(path, 'wx', 0o600)
    try {
      for (let left = bytes; left > 0; left -= ZEROS.length) {
        writeWhole(made, ZEROS.subarray(0, Math.min(left, ZEROS.length)), null)
      }
      fsyncSync(made)
      syncNames(directory)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    } finally {
      closeSync(made)
    }
  },
  remove({ path }) {
    rmSync(path, { force: true })
  },
  /**
   * From now on `write` writes to this file. What a process that was killed wrote there last may
   * be in memory alone.
   */
  open({ path }) {
    const last = file
    file = -1
    if (last >= 0) closeSync(last)
    file = openSync(path, 'r+')
    fdatasyncSync(file)
  },
  /** Writes bytes; they are on disk when it answers. */
  write({ bytes, position }) {
    writeWhole(file, bytes, position)
    fdatasyncSync(file)
  },
}

function syncNames(directory) {
  const names = openSync(directory, 'r')
  try {
    fsyncSync(names)
  } finally {
    closeSync(names)
  }
}

function writeWhole(target, bytes, position) {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(
      target,
      bytes,
      done,
      bytes.length - done,
      position === null ? null : position + done,
    )
  }
}

parentPort.on('message', ({ number, name, argument }) => {
  try {
    work[name](argument)
    parentPort.postMessage({ number })
  } catch (error) {
    parentPort.postMessage({ number, error: { message: error.message, code: error.code } })
  }
})
