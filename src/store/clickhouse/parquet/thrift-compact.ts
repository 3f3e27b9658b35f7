/**
 * Thrift's compact protocol, which Parquet files use for their metadata: structs with numbered
 * fields, as trees that can be changed and written again.
 */

/** Types of the compact protocol. A boolean field is encoded in its type and has no bytes. */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const

/** A struct: its fields by number. */
export interface ThriftStruct {
  readonly type: typeof THRIFT.struct
  readonly fields: ReadonlyMap<number, ThriftValue>
}

/** A list or set of values of one type. */
interface ThriftList {
  readonly type: typeof THRIFT.list | typeof THRIFT.set
  readonly itemType: number
  readonly items: readonly ThriftValue[]
}

/** An integer of 16, 32 or 64 bits. */
interface ThriftNumber {
  readonly type: typeof THRIFT.i16 | typeof THRIFT.i32 | typeof THRIFT.i64
  readonly number: bigint
}

/** A string, or the bytes of a value that is not interpreted here. */
interface ThriftBytes {
  readonly type: typeof THRIFT.binary | typeof THRIFT.byte | typeof THRIFT.double
  readonly bytes: Buffer
}

/** A serialized struct, which takes far less memory than its tree. */
export interface WrittenStruct {
  readonly type: typeof THRIFT.struct
  readonly written: Buffer
}

interface ThriftBoolean {
  readonly type: typeof THRIFT.true | typeof THRIFT.false
}

/** The value of a field. */
export type ThriftValue =
  | ThriftStruct
  | WrittenStruct
  | ThriftList
  | ThriftNumber
  | ThriftBytes
  | ThriftBoolean

const DOUBLE_BYTES = 8
/** From this length on, the length of a list follows the byte of its type. */
const LONG_LIST = 15
/** Largest difference to the last field's number that shares a byte with the type. */
const STEP_MAX = 15

/**
 * Reads the struct at the beginning of the bytes.
 *
 * @throws Error when there is no valid struct, or one with a type that Parquet does not use.
 */
export function readThrift(bytes: Buffer): ThriftStruct {
  return new Reader(bytes).struct()
}

/** Serializes a struct. */
export function writeThrift({ fields }: ThriftStruct): Buffer {
  const parts: Buffer[] = []
  let last = 0
  for (const [id, value] of fields) {
    const step = id - last
    const isShort = step > 0 && step <= STEP_MAX
    parts.push(Buffer.from([isShort ? (step << 4) | value.type : value.type]))
    if (!isShort) parts.push(varint(zigzag(BigInt(id))))
    parts.push(valueBytes(value))
    last = id
  }
  parts.push(Buffer.from([0]))
  return Buffer.concat(parts)
}

function valueBytes(value: ThriftValue): Buffer {
  switch (value.type) {
    case THRIFT.true:
    case THRIFT.false:
      return Buffer.alloc(0)
    case THRIFT.byte:
    case THRIFT.double:
      return value.bytes
    case THRIFT.i16:
    case THRIFT.i32:
    case THRIFT.i64:
      return varint(zigzag(value.number))
    case THRIFT.binary:
      return Buffer.concat([varint(BigInt(value.bytes.length)), value.bytes])
    case THRIFT.list:
    case THRIFT.set:
      return Buffer.concat([listHead(value), ...value.items.map(itemBytes)])
    case THRIFT.struct:
      return 'written' in value ? value.written : writeThrift(value)
  }
}

function listHead({ itemType, items }: ThriftList): Buffer {
  if (items.length < LONG_LIST) return Buffer.from([(items.length << 4) | itemType])
  return Buffer.concat([Buffer.from([(LONG_LIST << 4) | itemType]), varint(BigInt(items.length))])
}

/** Booleans in a list are bytes, unlike those in a struct. */
function itemBytes(value: ThriftValue): Buffer {
  if (value.type === THRIFT.true || value.type === THRIFT.false) return Buffer.from([value.type])
  return valueBytes(value)
}

class Reader {
  readonly #bytes: Buffer
  #place = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>()
    let id = 0
    for (;;) {
      const head = this.#byte()
      if (head === 0) return { type: THRIFT.struct, fields }
      const step = head >> 4
      id = step === 0 ? Number(unzigzag(this.#varint())) : id + step
      fields.set(id, this.#value(head & 0xf))
    }
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case THRIFT.true:
      case THRIFT.false:
        return { type }
      case THRIFT.byte:
        return { type, bytes: this.#take(1) }
      case THRIFT.double:
        return { type, bytes: this.#take(DOUBLE_BYTES) }
      case THRIFT.i16:
      case THRIFT.i32:
      case THRIFT.i64:
        return { type, number: unzigzag(this.#varint()) }
      case THRIFT.binary:
        return { type, bytes: this.#take(Number(this.#varint())) }
      case THRIFT.list:
      case THRIFT.set:
        return this.#list(type)
      case THRIFT.struct:
        return this.struct()
      default:
        throw new Error(`no type ${type} in Parquet's description of a file`)
    }
  }

  #list(type: ThriftList['type']): ThriftList {
    const head = this.#byte()
    const itemType = head & 0xf
    const length = head >> 4 === LONG_LIST ? Number(this.#varint()) : head >> 4
    const isBoolean = itemType === THRIFT.true || itemType === THRIFT.false
    const items: ThriftValue[] = []
    while (items.length < length) items.push(this.#value(isBoolean ? this.#byte() : itemType))
    return { type, itemType, items }
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#place]
    if (byte === undefined) throw new Error('the description of a Parquet file ends early')
    this.#place += 1
    return byte
  }

  #take(length: number): Buffer {
    const end = this.#place + length
    if (end > this.#bytes.length) throw new Error('the description of a Parquet file ends early')
    const taken = this.#bytes.subarray(this.#place, end)
    this.#place = end
    return taken
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** Maps signed numbers near zero to small unsigned ones. */
function zigzag(value: bigint): bigint {
  return value < 0n ? -2n * value - 1n : 2n * value
}

function unzigzag(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n
}
