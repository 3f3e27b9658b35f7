import { once } from 'node:events'
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/** The daemon runs as root; nobody else but Waybill's own user has anything to say there. */
const SOCKET_MODE = 0o600
/** Folders that are missing are made for Waybill's own user; root gets in all the same. */
const DIRECTORY_MODE = 0o700
/** Longest path of a Unix socket on Linux, in bytes; what is longer would be cut. */
const PATH_BYTES_MAX = 107
/** Longest wait for an answer of who may listen already, in milliseconds. */
const PROBE_MS_MAX = 2_000

/**
 * Makes a server listen on a Unix socket, with the folders that are missing. A socket that a dead
 * process left is replaced. A server that is closed removes its socket.
 *
 * @throws Error when another process listens there, something else has that path, or it is too
 *   long.
 */
export async function listenOn(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new Error(`${path}: the path of a socket has at most ${PATH_BYTES_MAX} bytes`)
  }
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
  await removeStale(path)
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, SOCKET_MODE)
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(ignoreMissing)
  if (found === undefined) return
  if (!found.isSocket()) throw new Error(`${path} is no socket: move it out of the way`)
  if (await isAnswered(path)) throw new Error(`another process listens on ${path}`)
  await unlink(path).catch(ignoreMissing)
}

function ignoreMissing(error: unknown): undefined {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  if (!isMissing) throw error
}

/** Only a refusal says for sure that nobody listens. */
async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PROBE_MS_MAX) })
    return true
  } catch (error) {
    const isRefused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
    return !isRefused
  } finally {
    socket.destroy()
  }
}
