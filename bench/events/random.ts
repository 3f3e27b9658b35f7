/** A seeded source of numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** The next number in [0, 1). */
  next(): number
  /** The next integer in [0, end). */
  below(end: number): number
  /** The next 32 bits as an unsigned integer. */
  bits(): number
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, far cheaper than what it feeds. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = seed | 0
  let counter = 1
  const bits = () => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    return result >>> 0
  }
  const warmUpRounds = 15
  for (let round = 0; round < warmUpRounds; round += 1) bits()
  return {
    bits,
    next: () => bits() / 2 ** 32,
    below: (end) => Math.floor((bits() / 2 ** 32) * end),
  }
}

/**
 * Draws ranks from 0 with a frequency that falls as 1/(rank + 1)^exponent (Zipf's law): how often
 * users, repositories and tags of real registries appear.
 */
export function createZipf(size: number, exponent = 1): (random: Random) => number {
  const cumulative = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank += 1) {
    sum += (rank + 1) ** -exponent
    cumulative[rank] = sum
  }
  return (random) => {
    const drawn = random.next() * sum
    let low = 0
    let high = size - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((cumulative[middle] ?? 0) > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}

const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'))

/** 32 bits as eight lower-case hexadecimal digits. */
export function hex32(bits: number): string {
  return `${HEX[bits >>> 16]}${HEX[bits & 0xffff]}`
}

/** A UUIDv4 (RFC 9562 section 5.4) drawn from `random`. */
export function randomUuid(random: Random): string {
  const [first, second, third, fourth] = [
    random.bits(),
    random.bits(),
    random.bits(),
    random.bits(),
  ]
  const version = hex32((second & 0xffff0fff) | 0x4000)
  const variant = hex32((third & 0x3fffffff) | 0x80000000)
  return (
    `${hex32(first)}-${version.slice(0, 4)}-${version.slice(4)}-` +
    `${variant.slice(0, 4)}-${variant.slice(4)}${hex32(fourth)}`
  )
}
