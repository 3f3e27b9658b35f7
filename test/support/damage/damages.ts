import fc from 'fast-check'

/** A copy of a ledger: the content of each file by its path. */
export type Copy = ReadonlyMap<string, Buffer>

/** A copy after one change. */
export interface Damage {
  readonly name: string
  readonly files: Copy
  /** What is damaged: any of these words in a finding names it. */
  readonly places: readonly string[]
  /** Whether it appends to a tile that is not full: clients may read only the start of one. */
  readonly isAppended: boolean
  /** Seqs of the records of the damaged files: from each first one up to the end. */
  readonly seqs: readonly (readonly [start: number, end: number])[]
}

/** Files that say something about a copy, and that no verifier may trust. */
const UNREAD = ['key', 'policy']

const TILE = /^tile\/(entries|\d+)\/(\d{3})(?:\.p\/\d+)?$/
const WIDTH = 256
const HASH_BYTES = 32

interface Choice {
  readonly at: number
  readonly bit: number
}

interface Subject {
  readonly copy: Copy
  /** The copy as it was when the ledger was smaller. */
  readonly older: Copy
  readonly path: string
  readonly bytes: Buffer
  readonly choice: Choice
}

/** One change, or undefined where a file has nothing to change in this way. */
type Change = (subject: Subject) => Damage | undefined

const EVERYTHING = [[0, Number.MAX_SAFE_INTEGER]] as const

const CHANGES: readonly Change[] = [
  function flip({ copy, path, bytes, choice }) {
    const at = choice.at % bytes.length
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ (1 << choice.bit)
    return changedFile(copy, path, changed, at)
  },
  function remove({ copy, path }) {
    // What is left of an export of a small ledger is a whole mirror without entries.
    if (path === EVENTS) return undefined
    return damageOf(new Map([...copy].filter(([other]) => other !== path)), [path])
  },
  function duplicate({ copy, path, bytes, choice }) {
    const other = otherOf(copy, path, choice)
    return bytes.equals(copy.get(other) ?? bytes)
      ? undefined
      : damageOf(new Map([...copy, [other, bytes]]), [other])
  },
  function swap({ copy, path, bytes, choice }) {
    const other = otherOf(copy, path, choice)
    const theirs = copy.get(other) ?? bytes
    const swapped = new Map([...copy, [path, theirs], [other, bytes]] as const)
    return bytes.equals(theirs) ? undefined : damageOf(swapped, [path, other])
  },
  function truncate({ copy, path, bytes, choice }) {
    // Only within a line: an export of fewer events is one too.
    const ends = path === EVENTS ? bytes.indexOf('\n', choice.at % (bytes.length - 1)) : 0
    const length = ends > 0 ? ends - 1 : choice.at % bytes.length
    return changedFile(copy, path, bytes.subarray(0, length), Math.max(0, length - 1))
  },
  function pad({ copy, path, bytes, choice }) {
    const more = Buffer.alloc(1 + choice.bit, 'x')
    return changedFile(copy, path, Buffer.concat([bytes, more]), bytes.length)
  },
  function backDate({ copy, older, path, bytes, choice }) {
    if (path === 'checkpoint') {
      // No tile on the right edge is the one that this checkpoint asks for.
      const damage = changedFile(copy, path, older.get(path) ?? bytes, 0)
      return damage && { ...damage, seqs: EVERYTHING, places: ['tile', 'hash'] }
    }
    const at = bytes.indexOf('"time":"20', choice.at % bytes.length)
    if (at < 0) return undefined
    const changed = Buffer.from(bytes)
    changed.write('19', at + '"time":"'.length)
    return changedFile(copy, path, changed, at)
  },
  unitChange('remove one of', (units, at) => units.toSpliced(at, 1)),
  unitChange('duplicate one of', (units, at) => units.toSpliced(at, 0, units[at] ?? Buffer.of())),
  unitChange('swap two of', (units, at) => {
    const next = (at + 1) % units.length
    const [one, other] = [units[at] ?? Buffer.of(), units[next] ?? Buffer.of()]
    return units.with(at, other).with(next, one)
  }),
]

const EVENTS = 'events.ndjson'

/**
 * So many changes of a copy, over each of its files in each way in turn, at places that the seed
 * chooses. Each changes what the copy says.
 */
export function damages(copy: Copy, older: Copy, count: number, seed: number): readonly Damage[] {
  const paths = [...copy.keys()].filter((path) => !UNREAD.includes(path)).sort()
  const choice = fc.record({ at: fc.nat(), bit: fc.nat(7) })
  const choices = fc.sample(choice, { numRuns: count * CHANGES.length, seed })
  const made: Damage[] = []
  for (const [index, chosen] of choices.entries()) {
    const path = paths[index % paths.length] ?? ''
    const change = CHANGES[Math.floor(index / paths.length) % CHANGES.length]
    const bytes = copy.get(path) ?? Buffer.of()
    const damage = change?.({ copy, older, path, bytes, choice: chosen })
    const name = `${change?.name} ${path} at ${chosen.at}, bit ${chosen.bit}`
    if (damage !== undefined) made.push({ ...damage, name })
    if (made.length === count) break
  }
  return made
}

/** Changes of what no verifier reads, or of the order and the number of an export's events. */
export function harmlessChanges(copy: Copy): readonly Damage[] {
  const lines = linesOf(copy.get(EVENTS) ?? Buffer.of())
  const others = UNREAD.filter((path) => copy.has(path)).flatMap((path) => [
    { ...damageOf(new Map([...copy].filter(([one]) => one !== path)), [path]), name: `no ${path}` },
    { ...damageOf(new Map([...copy, [path, Buffer.from('x')]]), [path]), name: `other ${path}` },
  ])
  const added = new Map([...copy, ['notes.txt', Buffer.from('of the auditor')]] as const)
  const orders = copy.has(EVENTS) ? [lines.toReversed(), lines.slice(1)] : []
  return [
    ...others,
    { ...damageOf(added, ['notes.txt']), name: 'a file of another program' },
    ...orders.map((order, index) => ({
      ...damageOf(new Map([...copy, [EVENTS, Buffer.concat(order)]]), [EVENTS]),
      name: ['events in another order', 'an event less'][index] ?? '',
    })),
  ]
}

function changedFile(copy: Copy, path: string, bytes: Buffer, at: number): Damage | undefined {
  const was = copy.get(path) ?? Buffer.of()
  if (bytes.equals(was)) return undefined
  const files = new Map([...copy, [path, bytes]] as const)
  const isBeginning = bytes.subarray(0, was.length).equals(was)
  const isAppended = isBeginning && /^tile\/\d+\/.*\.p\//.test(path)
  const damage = { ...damageOf(files, [path]), isAppended }
  if (path !== EVENTS) return damage
  const number = was.subarray(0, at).toString('latin1').split('\n').length
  const around = [was, bytes].flatMap((one) =>
    seqsIn(one.toString('latin1').split('\n')[number - 1]),
  )
  return { ...damage, places: [`line ${number} `], seqs: around.map((seq) => [seq, seq + 1]) }
}

function seqsIn(line: string | undefined): readonly number[] {
  const seq = /"seq":(\d+)/.exec(line ?? '')?.[1]
  return seq === undefined ? [] : [Number(seq)]
}

/** What names a file of another kind than a tile. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  checkpoint: ['/checkpoint', 'the signature of ', 'no known key signed'],
  'events.ndjson': ['events.ndjson'],
}

/** A tile as it is called where it is missing, whatever its width. */
function tileOf(path: string): string {
  return path.replace(/^tile\//, 'the tile ').replace(/\.p\/\d+$/, ' ')
}

function damageOf(files: Copy, paths: readonly string[]): Damage {
  const seqs = paths.flatMap(recordsOf)
  const places = paths.flatMap((path) => PLACES[path] ?? [path, tileOf(path)])
  return { name: '', files, places, seqs, isAppended: false }
}

/** The seqs that a file is about. */
function recordsOf(path: string): readonly (readonly [number, number])[] {
  const [, kind = '', index = ''] = TILE.exec(path) ?? []
  if (index === '') return path === EVENTS ? EVERYTHING : []
  const width = WIDTH ** ((Number(kind) || 0) + 1)
  return [[Number(index) * width, (Number(index) + 1) * width]]
}

function otherOf(copy: Copy, path: string, { at }: Choice): string {
  const others = [...copy.keys()].filter((one) => one !== path && !UNREAD.includes(one)).sort()
  return others[at % others.length] ?? path
}

/** A change of the records, hashes or events in a file, as far as it changes what that says. */
function unitChange(
  name: string,
  change: (units: readonly Buffer[], at: number) => readonly Buffer[],
): Change {
  const changeUnits: Change = ({ copy, path, bytes, choice }) => {
    const units = unitsOf(path, bytes)
    const isSelection = path === EVENTS && name !== 'duplicate one of'
    if (units.length < 2 || isSelection) return undefined
    const at = choice.at % units.length
    const changed = Buffer.concat(change(units, at))
    const start = units.slice(0, at).reduce((sum, unit) => sum + unit.length, 0)
    return changedFile(copy, path, changed, start + 1)
  }
  return Object.defineProperty(changeUnits, 'name', { value: name })
}

function unitsOf(path: string, bytes: Buffer): readonly Buffer[] {
  if (path === EVENTS) return linesOf(bytes)
  if (path.startsWith('tile/entries/')) return entriesOf(bytes)
  if (!path.startsWith('tile/')) return []
  const count = bytes.length / HASH_BYTES
  return Array.from({ length: count }, (_, n) =>
    bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  )
}

/** With the length in front of each. */
function entriesOf(bytes: Buffer): readonly Buffer[] {
  const entries: Buffer[] = []
  for (let start = 0, end = 0; start < bytes.length; start = end) {
    end = start + 2 + bytes.readUInt16BE(start)
    entries.push(bytes.subarray(start, end))
  }
  return entries
}

function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines = bytes.toString('utf8').split('\n').slice(0, -1)
  return lines.map((line) => Buffer.from(`${line}\n`))
}
