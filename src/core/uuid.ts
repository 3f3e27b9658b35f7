import { randomFillSync } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text has the form of a UUID (RFC 9562 section 4), any version, any letter case. */
export function isUuid(text: string): boolean {
  return text.length === 36 && UUID.test(text)
}

// One call into the random source serves many ids: it costs a microsecond, an id a tenth of that.
const POOL_BYTES = 10 * 256
const pool = Buffer.allocUnsafe(POOL_BYTES)
let poolOffset = POOL_BYTES

/** Mints a UUIDv7 (RFC 9562 section 5.7): milliseconds, then 74 random bits. */
export function mintUuid(timeMs: number): string {
  if (poolOffset + 10 > POOL_BYTES) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const random = pool.toString('hex', poolOffset, poolOffset + 10)
  poolOffset += 10
  const time = timeMs.toString(16).padStart(12, '0')
  const variant = '89ab'[Number.parseInt(random.charAt(3), 16) & 3]
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}` +
    `-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
  )
}
