// Adds to package-lock.json the optional packages for other platforms that the registry at hand did
// not offer when the lock was written. `npm ci` refuses a lock that lacks them on every platform,
// and fetches those of its own platform alone. Run it after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs'

const LOCK_FILE = 'package-lock.json'
const PLATFORM = /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-(.*))?$/

const lock = JSON.parse(readFileSync(LOCK_FILE, 'utf8'))
const added = {}
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (lock.packages[place] ?? lock.packages[`${owner}/${place}`]) continue
    const [, os, cpu, variant] = PLATFORM.exec(name) ?? []
    const libc =
      os === 'linux' && variant ? { libc: [/^musl/.test(variant) ? 'musl' : 'glibc'] } : {}
    added[place] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...libc,
      license: entry.license,
      optional: true,
      os: [os],
    }
  }
}
const [root, ...rest] = Object.entries({ ...lock.packages, ...added })
const sorted = rest.sort(([left], [right]) => left.localeCompare(right, 'en'))
lock.packages = Object.fromEntries([root, ...sorted])
writeFileSync(LOCK_FILE, `${JSON.stringify(lock, null, 2)}\n`)
