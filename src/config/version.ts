import manifest from '../../package.json' with { type: 'json' }

/** The version of this program, from package.json. */
export function programVersion(): string {
  return manifest.version
}

/** The `User-Agent` of requests that this program makes. */
export function userAgent(): string {
  return `waybill/${programVersion()}`
}
