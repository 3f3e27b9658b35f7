import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { invalidValue } from '../../core/errors.ts'

/** scrypt's cost (RFC 7914): 2^15 blocks of 1 KiB, 32 MiB and about 60 ms for each password. */
const COST_LOG2 = 15
const BLOCK_SIZE = 8
const PARALLELISM = 1
const SALT_BYTES = 16
const HASH_BYTES = 32
/** scrypt needs 128 * cost * block size; twice that leaves room for its own tables. */
const MEMORY_BYTES_MAX = 2 * 128 * 2 ** COST_LOG2 * BLOCK_SIZE

/** Longest password, in UTF-16 units: a longer one only costs time to hash. */
export const PASSWORD_LENGTH_MAX = 1024

/** Shortest new password, in UTF-16 units (NIST SP 800-63B section 5.1.1.2). */
export const PASSWORD_LENGTH_MIN = 8

const FORM = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** A new password. @throws Fault `request.invalid` for one that is too short or too long. */
export function requirePassword(password: string): string {
  const { length } = password
  if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX) return password
  throw invalidValue('/password', `${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`)
}

/** The text to keep of a password, in PHC form: `$scrypt$ln=15,r=8,p=1$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(password, salt, HASH_BYTES)
  const parameters = `ln=${COST_LOG2},r=${BLOCK_SIZE},p=${PARALLELISM}`
  return `$scrypt$${parameters}$${unpadded(salt)}$${unpadded(hash)}`
}

/**
 * Whether a password is the one that `stored` was made from, compared in constant time. A user
 * without a password (`undefined`) costs the same time and is never matched.
 */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
): Promise<boolean> {
  const [, costLog2, blockSize, parallelism, salt, hash] = FORM.exec(stored ?? '') ?? []
  const isKnown =
    Number(costLog2) === COST_LOG2 &&
    Number(blockSize) === BLOCK_SIZE &&
    Number(parallelism) === PARALLELISM
  const expected = isKnown ? Buffer.from(hash ?? '', 'base64') : randomBytes(HASH_BYTES)
  const saltBytes = isKnown ? Buffer.from(salt ?? '', 'base64') : randomBytes(SALT_BYTES)
  const actual = await derive(password, saltBytes, expected.length)
  return timingSafeEqual(actual, expected) && isKnown
}

function derive(password: string, salt: Buffer, length: number): Promise<Buffer> {
  const options = {
    N: 2 ** COST_LOG2,
    r: BLOCK_SIZE,
    p: PARALLELISM,
    maxmem: MEMORY_BYTES_MAX,
  }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
