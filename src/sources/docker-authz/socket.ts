import { once } from 'node:events'
import { chmod, lstat, mkdir, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { ifThere } from '../../core/files.ts'

/** The daemon runs as root; apart from root, only Waybill's user may connect. */
const SOCKET_MODE = 0o600
/** Missing folders are created for Waybill's user only; root has access anyway. */
const DIRECTORY_MODE = 0o700
/** Longest path of a Unix socket on Linux, in bytes; the system would cut a longer one. */
const PATH_BYTES_MAX = 107
/** Longest wait for the answer of a process that may already be listening, in milliseconds. */
const PROBE_MS_MAX = 2_000

/**
 * Makes a server listen on a Unix socket, and creates missing folders. A socket left by a dead
 * process is replaced. A server removes its socket when it is closed.
 *
 * @throws Error when another process is listening there, when something else has that path, or when
 * the path is too long.
 */
export async function listenOn(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) {
    throw new Error(`${path}: a socket path can have at most ${PATH_BYTES_MAX} bytes`)
  }
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
  await removeStale(path)
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, SOCKET_MODE)
}

async function removeStale(path: string): Promise<void> {
  const found = await ifThere(lstat(path))
  if (found === undefined) return
  if (!found.isSocket())
    throw new Error(`${path} exists and is not a socket: remove it or choose another path`)
  if (await isAnswered(path)) throw new Error(`another process is already listening on ${path}`)
  await ifThere(unlink(path))
}

/** Only a refused connection proves that no process is listening. */
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
