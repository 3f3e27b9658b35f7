import { readFileSync } from 'node:fs'

/** The version of this program, from package.json. */
export function programVersion(): string {
  // src/config/ and dist/config/ are equally deep below package.json.
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}

/** The `User-Agent` of requests that this program makes. */
export function userAgent(): string {
  return `waybill/${programVersion()}`
}
