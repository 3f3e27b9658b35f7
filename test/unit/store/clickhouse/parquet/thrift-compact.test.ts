import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  readThrift,
  THRIFT,
  type ThriftStruct,
  type ThriftValue,
  writeThrift,
} from '../../../../../src/store/clickhouse/parquet/thrift-compact.ts'

const number = fc
  .record({
    type: fc.constantFrom(THRIFT.i16, THRIFT.i32, THRIFT.i64),
    number: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  })
  .map((value): ThriftValue => value)
const bytesOf = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes))
const plain = fc.oneof(
  number,
  fc.record({ type: fc.constantFrom(THRIFT.true, THRIFT.false) }),
  bytesOf(0, 300).map((bytes) => ({ type: THRIFT.binary, bytes })),
  bytesOf(1, 1).map((bytes) => ({ type: THRIFT.byte, bytes })),
  bytesOf(8, 8).map((bytes) => ({ type: THRIFT.double, bytes })),
)
const { struct } = fc.letrec<{ value: ThriftValue; list: ThriftValue; struct: ThriftStruct }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 3 }, plain, tie('list'), tie('struct')),
    // Of more than 14 items, too, whose number has bytes of its own.
    list: fc
      .tuple(
        fc.constantFrom(THRIFT.list, THRIFT.set),
        tie('value'),
        fc.integer({ min: 1, max: 20 }),
      )
      .map(([type, item, length]) => ({
        type,
        itemType: item.type,
        items: Array.from({ length }, () => item),
      })),
    struct: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 300 }), tie('value')), { maxLength: 4 })
      .map((fields) => ({
        type: THRIFT.struct,
        fields: new Map(fields.toSorted(([left], [right]) => left - right)),
      })),
  }),
)

test('a struct that is written is read as it was', () => {
  fc.assert(
    fc.property(struct, (value) => {
      expect(readThrift(writeThrift(value))).toEqual(value)
    }),
  )
})

test('a struct that is cut off, or of no use to Parquet, is refused', () => {
  fc.assert(
    fc.property(struct, fc.nat(), (value, cut) => {
      const bytes = writeThrift(value)
      expect(() => readThrift(bytes.subarray(0, cut % bytes.length))).toThrow('ends early')
    }),
  )
  const map = 11
  expect(() => readThrift(Buffer.from([(1 << 4) | map, 0, 0]))).toThrow('no type 11')
})
