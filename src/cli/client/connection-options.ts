import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../config/table/environment.ts'
import { CommandError } from '../command-error.ts'

/** The server that commands use when none is given. */
const SERVER_DEFAULT = 'http://127.0.0.1:7480'
const DATA_DEFAULT = './data'
const TOKEN_FILE = 'admin-token'
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** The options of every command that uses a server. */
export const CONNECTION_OPTIONS = {
  server: {
    type: 'text',
    placeholder: 'URL',
    description: `Server; default WAYBILL_SERVER, or ${SERVER_DEFAULT}`,
  },
  token: {
    type: 'text',
    placeholder: 'TOKEN',
    description: 'Token; default WAYBILL_TOKEN, or admin-token in the data directory',
  },
  data: {
    type: 'text',
    placeholder: 'DIR',
    description:
      `Directory with admin-token of a server on this machine; default WAYBILL_DATA, or ` +
      `${DATA_DEFAULT}`,
  },
} as const

/** Values of CONNECTION_OPTIONS. */
export interface ConnectionOptions {
  readonly server: string | undefined
  readonly token: string | undefined
  readonly data: string | undefined
}

/** The server and the token to use. */
export interface Connection {
  /** Ends in a slash, so that a path of a reverse proxy is kept. */
  readonly base: URL
  /** Undefined to send requests without a token, which few routes allow. */
  readonly token: string | undefined
  /** Why there is no token, for the message when one is required. */
  readonly tokenHint: string
}

/** @throws CommandError `usage` when the server's URL is invalid. */
export function findConnection(options: ConnectionOptions, env: Environment): Connection {
  const base = serverUrl(options.server, env)
  const given = options.token || env['WAYBILL_TOKEN']
  if (given) {
    const token = given.trim()
    if (!/^[\x21-\x7e]+$/.test(token)) {
      const place = options.token ? '--token' : 'WAYBILL_TOKEN'
      throw new CommandError(`${place}: expected a token, found other text`, { ending: 'usage' })
    }
    return { base, token, tokenHint: 'was the token revoked, or is it for another server?' }
  }
  // The local administrator's token is never sent to another host.
  if (!LOOPBACK.test(base.hostname)) {
    return { base, token: undefined, tokenHint: 'pass a token with --token or WAYBILL_TOKEN' }
  }
  const directory = options.data || env['WAYBILL_DATA'] || DATA_DEFAULT
  return { base, ...tokenOfDirectory(join(directory, TOKEN_FILE)) }
}

function serverUrl(option: string | undefined, env: Environment): URL {
  const text = option || env['WAYBILL_SERVER'] || SERVER_DEFAULT
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const place = option ? '--server' : 'WAYBILL_SERVER'
    throw new CommandError(`${place}: expected a URL such as ${SERVER_DEFAULT}`, {
      ending: 'usage',
    })
  }
  return new URL(url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`, url)
}

function tokenOfDirectory(file: string): Pick<Connection, 'token' | 'tokenHint'> {
  try {
    const token = readFileSync(file, 'utf8').trim()
    return {
      token,
      tokenHint: `the token came from ${file}; is that the data directory of this server?`,
    }
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return {
      token: undefined,
      tokenHint: missing
        ? `pass a token with --token or WAYBILL_TOKEN, or the data directory of the server with ` +
          `--data (no ${file} here)`
        : `${file} cannot be read by this user: pass a token with --token or WAYBILL_TOKEN`,
    }
  }
}
