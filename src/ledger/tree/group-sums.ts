import { HASH_BYTES, TILE_WIDTH } from './tile-shape.ts'

/** The greatest prime below 2^26: products of two numbers below it are exact in a double. */
const PRIME = 67_108_859
const SUMS = 4
const SUM_BYTES = 4
/** Three places leave one equation to check them with. */
const LOCATED_MAX = 3

/**
 * Four weighted sums over the 256 leaves of a group, in 16 bytes. They locate the leaves that
 * differ, which the hash over the group alone cannot.
 *
 * Of the leaf in place x, counted from 1, the first bits c count as c, xc, x²c and x³c, modulo a
 * prime: the syndromes of a Reed–Solomon code, which locate two errors.
 */
export function groupSums(leaves: Uint8Array): Buffer {
  const sums = [0, 0, 0, 0]
  for (let place = 1; place <= TILE_WIDTH; place += 1) {
    let term = shortOf(leaves, (place - 1) * HASH_BYTES)
    for (let power = 0; power < SUMS; power += 1) {
      sums[power] = ((sums[power] ?? 0) + term) % PRIME
      term = (term * place) % PRIME
    }
  }
  const bytes = Buffer.alloc(SUMS * SUM_BYTES)
  for (const [power, sum] of sums.entries()) bytes.writeUInt32BE(sum, power * SUM_BYTES)
  return bytes
}

/**
 * Which leaves of a group differ from those that the sums were made of: places from 0, ascending.
 *
 * @param known places whose leaves differ for certain.
 * @returns undefined when they cannot be located: they are more than two, or more than one next to
 *   known ones, or the sums are damaged.
 */
export function differingLeaves(
  saved: Uint8Array,
  leaves: Uint8Array,
  known: readonly number[] = [],
): readonly number[] | undefined {
  if (saved.length !== SUMS * SUM_BYTES) return undefined
  const now = groupSums(leaves)
  const was = Buffer.from(saved)
  const deltas = Array.from({ length: SUMS }, (_, power) => {
    const at = power * SUM_BYTES
    return modulo(now.readUInt32BE(at) - was.readUInt32BE(at))
  })
  if (deltas.every((delta) => delta === 0)) return undefined
  for (const places of candidates(known)) {
    if (fits(deltas, places)) return places.toSorted((left, right) => left - right)
  }
  return undefined
}

/** Sets of places to try, the smaller ones first. */
function* candidates(known: readonly number[]): Iterable<readonly number[]> {
  const others = Array.from({ length: TILE_WIDTH }, (_, place) => place).filter(
    (place) => !known.includes(place),
  )
  if (known.length > 0 && known.length <= LOCATED_MAX) yield known
  if (known.length < LOCATED_MAX) for (const place of others) yield [...known, place]
  if (known.length > 0) return
  for (const low of others) for (const high of others) if (low < high) yield [low, high]
}

/**
 * Whether the sums can differ so by differences in these places alone: then they follow the
 * recurrence of the polynomial whose roots are the places.
 */
function fits(deltas: readonly number[], places: readonly number[]): boolean {
  let polynomial: readonly number[] = [1]
  for (const place of places) {
    const shifted = [0, ...polynomial]
    const root = place + 1
    polynomial = shifted.map((value, at) => modulo(value - multiply(root, polynomial[at] ?? 0)))
  }
  for (let first = 0; first + places.length < SUMS; first += 1) {
    const sum = polynomial.reduce(
      (total, factor, at) => modulo(total + multiply(factor, deltas[first + at] ?? 0)),
      0,
    )
    if (sum !== 0) return false
  }
  return true
}

/** The first 26 bits of a leaf hash, modulo the prime. */
function shortOf(leaves: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = leaves.subarray(at, at + SUM_BYTES)
  return (a * 2 ** 18 + b * 2 ** 10 + c * 4 + (d >> 6)) % PRIME
}

function multiply(left: number, right: number): number {
  return (left * right) % PRIME
}

function modulo(value: number): number {
  return ((value % PRIME) + PRIME) % PRIME
}
