/**
 * Verifies a copy of a ledger without Waybill: a second program, written from the public formats
 * alone (C2SP signed-note, tlog-tiles, tlog-proof; RFC 9162, RFC 8785), needing nothing but Node.
 *   node verify-offline.mjs MIRROR|EXPORT|FILE.tlog-proof VKEY [EVENT.json]
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

/** In order: where several kinds of damage are found, the first of these is the verdict. */
const EXIT_CODES = { diverged: 10, altered: 11, missing: 12, unreadable: 13, consistent: 0 }
const WIDTH = 256
const VKEY = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/
const TILE = /^tile\/(entries|\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/
const PROOF = /^c2sp\.org\/tlog-proof@v1\n(?:extra \S+\n)?index (0|[1-9]\d*)\n((?:.{43}=\n)*)\n/
function assert(holds, verdict, message) {
  if (!holds) throw Object.assign(new Error(message), { verdict })
}
function findings(check, place = '') {
  try {
    return check() ?? []
  } catch (error) {
    const verdict = error.verdict ?? (error.code === 'ENOENT' ? 'missing' : 'unreadable')
    return [{ verdict, message: place + error.message.replace(/\p{Cc}+/gu, ' ') }]
  }
}
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest()
const leafOf = (entry) => sha256(Buffer.of(0), entry)
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right)
const splitOf = (size, left = 1) => (left * 2 < size ? splitOf(size, left * 2) : left)
function treeHash(hashes) {
  if (hashes.length <= 1) return hashes[0] ?? sha256()
  const left = splitOf(hashes.length)
  return nodeOf(treeHash(hashes.slice(0, left)), treeHash(hashes.slice(left)))
}
/** The root that a proof leads to. With too few hashes or too many it leads to none. */
function proofRoot(leaf, index, size, proof) {
  if (size === 1 || proof.length === 0) return size + proof.length === 1 ? leaf : Buffer.of()
  const [left, beside, rest] = [splitOf(size), proof.at(-1), proof.slice(0, -1)]
  if (index < left) return nodeOf(proofRoot(leaf, index, left, rest), beside)
  return nodeOf(beside, proofRoot(leaf, index - left, size - left, rest))
}
/** Text of exactly these bytes: no byte order mark is dropped and no wrong byte replaced. */
const textOf = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
/** Refuses a second spelling of the same bytes, which Node's own decoder accepts. */
function fromBase64(text) {
  const bytes = Buffer.from(text, 'base64')
  assert(bytes.toString('base64') === text, 'unreadable', `not base64: ${text}`)
  return bytes
}
/** RFC 8785. Refuses what I-JSON cannot hold: it would be written as another value. */
function canonical(value) {
  const isLossy = typeof value === 'string' ? !value.isWellFormed() : 1 / value === 0
  assert(!isLossy, 'unreadable', 'not I-JSON')
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(',')}}`
}
/** JSON.parse drops a member that stands twice, and other parsers keep it: they are counted. */
function readEvent(bytes) {
  const text = textOf(bytes)
  const { seq, ...event } = JSON.parse(text)
  const count = (json) => json.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length
  assert(count(text) === count(canonical(JSON.parse(text))), 'unreadable', 'a member twice')
  return { seq, leaf: leafOf(Buffer.from(canonical(event))) }
}
/** Keys of other types, such as a witness's, are left out: the log itself must have signed. */
function readKeys(argument) {
  const text = VKEY.test(argument) ? argument : textOf(fs.readFileSync(argument))
  return text.match(/\S+/g).flatMap((line) => {
    const [, name, id, data] = VKEY.exec(line) ?? []
    assert(name, 'unreadable', `not a verifier key: ${line}`)
    const bytes = fromBase64(data)
    const hash = sha256(Buffer.from(`${name}\n`), bytes)
    assert(hash.toString('hex', 0, 4) === id, 'diverged', `the key of ${name} is not ${id}`)
    const key = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url', 1) }
    return bytes[0] === 1 ? [{ name, id, key: createPublicKey({ format: 'jwk', key }) }] : []
  })
}
function readCheckpoint(text, keys) {
  const [, body, lines] = /^(.*\n)\n((?:— [^\s+]+ \S+\n)+)$/s.exec(text) ?? []
  assert(body && !/(?!\n)\p{Cc}/u.test(text), 'unreadable', 'checkpoint: not a signed note')
  const [, origin, size, root] = /^(.+)\n(0|[1-9]\d*)\n(.{43}=)\n$/.exec(body) ?? []
  const signers = [...lines.matchAll(/— (\S+) (\S+)/g)].map(([, name, data]) => {
    const [id, signature] = [fromBase64(data).toString('hex', 0, 4), fromBase64(data).subarray(4)]
    const signer = keys.find((key) => key.name === name && key.id === id)
    const isRight = signer === undefined || verify(null, Buffer.from(body), signer.key, signature)
    assert(isRight, 'diverged', `checkpoint: the signature of ${name} is wrong`)
    return signer?.name
  })
  assert(Number.isSafeInteger(Number(size)), 'unreadable', 'checkpoint: not origin, size and root')
  assert(signers.includes(origin), 'diverged', `checkpoint: not signed by the key of ${origin}`)
  return { size: Number(size), root: fromBase64(root) }
}
const countAt = ({ size }, kind) => Math.floor(size / WIDTH ** (Number(kind) || 0))
const widthOf = (log, kind, n) => Math.min(WIDTH, countAt(log, kind) - n * WIDTH)
function pathOf(kind, n, width) {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0')
  const name = `tile/${kind}/${digits.replace(/\d{3}(?=\d)/g, 'x$&/')}`
  return width === WIDTH ? name : `${name}.p/${width}`
}
/** An export may leave out a tile of one hash: no proof needs it beside the tile below. */
function tileOf(log, level, n) {
  const width = widthOf(log, level, n)
  const path = pathOf(level, n, width)
  const mayLack = log.isExport && level > 0 && width === 1
  if (mayLack && !log.paths.has(path)) return [treeHash(tileOf(log, level - 1, n * WIDTH))]
  const bytes = fs.readFileSync(join(log.folder, path))
  assert(bytes.length === width * 32, 'altered', `${path}: not ${width} hashes`)
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * 32, i * 32 + 32))
}
/** Along the tree's right edge: each level's last hashes, then what the levels below left over. */
function rootOf(log, level = 0, below = []) {
  const [n, rest] = [countAt(log, level + 1), countAt(log, level) % WIDTH]
  const hashes = [...(rest > 0 ? tileOf(log, level, n) : []), ...below]
  const edge = hashes.length > 0 ? [treeHash(hashes)] : []
  return n > 0 ? rootOf(log, level + 1, edge) : treeHash(edge)
}
/** An entry that ends beyond its bundle counts as no hash, and so differs from every one. */
function leavesIn(bytes) {
  const leaves = []
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = start + 2 + ((bytes[start] << 8) | bytes[start + 1])
    leaves.push(end > bytes.length ? Buffer.of(0) : leafOf(bytes.subarray(start + 2, end)))
  }
  return Buffer.concat(leaves)
}
/** A narrower tile of an earlier size may still be there: it must be the start of today's. */
function checkFile(log, path) {
  const [, kind, name, part] = TILE.exec(path) ?? []
  const [level, n] = [Number(kind) || 0, Number(name?.replace(/\D/g, ''))]
  const width = Number(part ?? WIDTH)
  const isOfLog = width > 0 && width <= widthOf(log, level, n) && path === pathOf(kind, n, width)
  assert(isOfLog, 'altered', `${path}: not in a ledger of ${log.size} records`)
  const [hashes, bytes] = [tileOf(log, level, n), fs.readFileSync(join(log.folder, path))]
  const held = kind === 'entries' ? leavesIn(bytes) : bytes
  const expected = Buffer.concat(hashes.slice(0, width))
  const wrong = expected.findIndex((byte, i) => byte !== held[i])
  const seq = (n * WIDTH + (wrong < 0 ? width : wrong >> 5)) * WIDTH ** level
  assert(held.equals(expected), 'altered', `seq ${seq}: ${path} differs from the tile`)
  if (kind === 'entries' || hashes.length < WIDTH) return
  const above = tileOf(log, level + 1, Math.floor(n / WIDTH))[n % WIDTH]
  assert(treeHash(hashes).equals(above), 'altered', `${path}: not what the level above holds`)
}
function mirrorPaths(log, kinds) {
  const tiles = Array.from({ length: Math.ceil(countAt(log, kinds[0]) / WIDTH) }, (_, n) => n)
  const paths = tiles.map((n) => kinds.map((kind) => pathOf(kind, n, widthOf(log, kind, n))))
  return tiles.length > 0 ? [...paths.flat(), ...mirrorPaths(log, [kinds.at(-1) + 1])] : []
}
function* checkEvents(log) {
  const bytes = fs.readFileSync(join(log.folder, 'events.ndjson'))
  const seen = new Set()
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf('\n', start) >>> 0
    const check = () => {
      assert(end < bytes.length, 'altered', 'the last line breaks off')
      const { seq, leaf } = readEvent(bytes.subarray(start, end))
      const isNew = Number.isSafeInteger(seq) && seq >= 0 && seq < log.size && !seen.has(seq)
      assert(isNew && seen.add(seq), 'altered', `seq ${seq}: beyond the ledger, or here twice`)
      const hash = tileOf(log, 0, Math.floor(seq / WIDTH))[seq % WIDTH]
      assert(leaf.equals(hash), 'altered', `seq ${seq}: not the event that the tile holds`)
    }
    yield* findings(check, `events.ndjson, byte ${start}: `)
  }
  yield* findings(() => assert(bytes.length > 0, 'missing', 'events.ndjson: no event'))
}
function* checkFolder(folder, keys) {
  const checkpoint = readCheckpoint(textOf(fs.readFileSync(join(folder, 'checkpoint'))), keys)
  const paths = new Set(fs.readdirSync(folder, { recursive: true }))
  const log = { ...checkpoint, folder, paths, isExport: paths.has('events.ndjson') }
  const kinds = paths.has('tile/entries') ? ['entries', 0] : [0]
  if (log.isExport) yield* checkEvents(log)
  const isTile = (path) => /^tile\//.test(path) && !fs.lstatSync(join(folder, path)).isDirectory()
  const expected = log.isExport ? [] : mirrorPaths(log, kinds)
  for (const path of new Set([...expected, ...[...paths].filter(isTile)]))
    yield* findings(() => checkFile(log, path))
  yield* findings(() => assert(rootOf(log).equals(log.root), 'altered', 'checkpoint: other root'))
  yield { verdict: 'consistent', message: `checked ${log.isExport ? 'events' : kinds.join('+')}` }
}
function checkProof(text, event, keys) {
  const [head, index, hashes] = PROOF.exec(text) ?? []
  assert(head, 'unreadable', 'not a tlog-proof')
  const { size, root } = readCheckpoint(text.slice(head.length), keys)
  const { seq = Number(index), leaf } = readEvent(event)
  const proof = hashes.split('\n').slice(0, -1).map(fromBase64)
  assert(seq === Number(index) && seq < size, 'altered', `seq ${seq}: not the place of the proof`)
  assert(proofRoot(leaf, seq, size, proof).equals(root), 'altered', `seq ${seq}: leads to no root`)
  return [{ verdict: 'consistent', message: `checked seq ${seq}; records: ${size}` }]
}
function check(path, vkey, event) {
  const keys = readKeys(vkey)
  if (fs.statSync(path).isDirectory()) return [...checkFolder(path, keys)]
  return checkProof(textOf(fs.readFileSync(path)), fs.readFileSync(event), keys)
}
const found = findings(() => check(...process.argv.slice(2)))
const verdict = Object.keys(EXIT_CODES).find((word) => found.some((one) => one.verdict === word))
console.log([...new Set(found.map(({ message }) => message)), verdict].join('\n'))
process.exitCode = EXIT_CODES[verdict]
