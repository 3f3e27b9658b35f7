import { readFile } from 'node:fs/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Fault } from '../../core/errors.ts'

/** Where the build puts the page: next to the modules of the program. */
const BUILT_PAGE = new URL('./console/', import.meta.url)

/**
 * The page runs its own scripts and styles, talks to its own server, and is in no frame. Its styles
 * contain pictures as `data:`.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** `same-origin` keeps filters from other sites; without any referrer, `Origin` may be `null`. */
const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

/** A file of the build: its name contains a hash of what is in it. */
const ASSET_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*\.(?<extension>[a-z0-9]+)$/

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
}

/** Precompressed forms, the smaller one first, with the ending of their files. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

const NOT_BUILT = 'Waybill is running. Its console was not built: run `npm run build`.\n'

/**
 * Serves the console: its page at `/` and for every path under `/console/`, which the page's own
 * router reads, and its files under `/console/assets/`.
 *
 * @param folder the built page, as a URL that ends in a slash.
 */
export function registerConsole(scope: FastifyInstance, folder: URL = BUILT_PAGE): void {
  const assets = new Assets(new URL('assets/', folder))
  scope.addHook('onSend', async (_request, reply) => {
    void reply.headers(PAGE_HEADERS)
  })
  const schema = { hide: true }
  const page = async (_request: FastifyRequest, reply: FastifyReply) => {
    const html = await fileOrNothing(new URL('index.html', folder))
    if (html === undefined) return reply.code(404).type('text/plain; charset=utf-8').send(NOT_BUILT)
    return reply.type('text/html; charset=utf-8').send(html)
  }
  for (const path of ['/', '/console', '/console/*']) scope.get(path, { schema }, page)
  const params = Type.Object({ name: Type.String() })
  const asset = { schema: { ...schema, params } }
  scope.get<{ Params: { name: string } }>(
    '/console/assets/:name',
    asset,
    async (request, reply) => {
      const { name } = request.params
      const { extension = '' } = ASSET_NAME.exec(name)?.groups ?? {}
      const type = MEDIA_TYPES[extension]
      const found = type && (await assets.find(name, request.headers['accept-encoding'] ?? ''))
      if (type === undefined || !found) throw new Fault('resource.missing')
      void reply
        .type(type)
        .header('Cache-Control', 'public, max-age=31536000, immutable')
        .header('Vary', 'Accept-Encoding')
      if (found.encoding !== undefined) void reply.header('Content-Encoding', found.encoding)
      return reply.send(found.bytes)
    },
  )
}

interface FoundAsset {
  readonly bytes: Buffer
  readonly encoding?: string
}

/** Files of the build, kept in memory once they were asked for: what a name holds never changes. */
class Assets {
  readonly #folder: URL
  readonly #files = new Map<string, Buffer>()

  constructor(folder: URL) {
    this.#folder = folder
  }

  /** @param accepted the header `Accept-Encoding`. */
  async find(name: string, accepted: string): Promise<FoundAsset | undefined> {
    for (const [encoding, ending] of ENCODINGS) {
      const isAccepted = accepts(accepted, encoding)
      const bytes = isAccepted ? await this.#read(`${name}${ending}`) : undefined
      if (bytes !== undefined) return { bytes, encoding }
    }
    const bytes = await this.#read(name)
    return bytes && { bytes }
  }

  async #read(name: string): Promise<Buffer | undefined> {
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const bytes = await fileOrNothing(new URL(name, this.#folder))
    if (bytes !== undefined) this.#files.set(name, bytes)
    return bytes
  }
}

/** Whether a header `Accept-Encoding` names a coding (RFC 9110, 12.5.3) with a weight over 0. */
function accepts(header: string, coding: string): boolean {
  return header.split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    return name === coding && !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text))
  })
}

async function fileOrNothing(url: URL): Promise<Buffer | undefined> {
  try {
    return await readFile(url)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'EISDIR') return undefined
    throw error
  }
}
