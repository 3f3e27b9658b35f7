import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { KEPT_WORDS, REPLACED_WORDS } from './support/replaced-words.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LINES_MAX = 400
const COLUMNS_MAX = 100
const LOOSE_FILES_MAX = 12

/** The sources of the server and of its page. */
const PROGRAM = /^(?:console\/)?src\//

/** The files that every dialect of a vendor has; `source` only if it is collected. */
const SHOWN = [
  'credentials',
  'dialect',
  'errors',
  'parameters',
  'present',
  'routes',
  'selection',
  'source',
]
/** Folders of src/dialects that belong to no vendor. */
const NO_VENDORS = ['api', 'collecting', 'native']

interface SourceFile {
  /** From the root of the repository. */
  readonly path: string
  readonly lines: readonly string[]
}

/** A line of a file. */
interface Place {
  readonly file: SourceFile
  readonly line: string
  readonly index: number
}

/** A breach of a rule, as `path:line: what is wrong`. */
type Breach = string

const FILES = readFiles()
const CODE = FILES.filter((file) => /\.(ts|tsx|mjs|js|sql|sh)$/.test(file.path))

test('parts import only what lies below them', () => {
  expect(eachImport(importBreach)).toEqual([])
})

test('no part that serves all vendors names one', () => {
  const parts = /^src\/(?:core|ledger|store|access|intake|exports|sources|server)\//
  const names = [...vendorFolders()].map((folder) => folder.replace('-', '.?'))
  const vendor = new RegExp([...names, 'huawei', 'qnap'].join('|'), 'i')
  expect(
    eachLine(
      CODE.filter((file) => parts.test(file.path)),
      ({ line }) => vendor.exec(line)?.[0],
    ),
  ).toEqual([])
})

test('the core depends on no package', () => {
  const core = CODE.filter((file) => file.path.startsWith('src/core/'))
  expect(
    eachLine(core, ({ line }) => {
      const name = /(?:\bfrom|^import|import\()\s*'([^'.][^']*)'/.exec(line)?.[1]
      return name === undefined || name.startsWith('node:') ? undefined : `imports ${name}`
    }),
  ).toEqual([])
})

test('no request is followed through async hooks: on Node 20 every promise pays for them', () => {
  const sources = CODE.filter((file) => file.path.startsWith('src/'))
  expect(
    eachLine(sources, ({ line }) => (/'node:async_hooks'/.test(line) ? 'async hooks' : undefined)),
  ).toEqual([])
})

test('only the composition roots know every part', () => {
  expect(eachImport(compositionBreach)).toEqual([])
})

test('every dialect of a vendor shows the same eight files, and the rest in rooms', () => {
  expect(vendorFolders().size).toBeGreaterThan(3)
  for (const vendor of vendorFolders()) {
    const folder = `src/dialects/${vendor}`
    const collects = CODE.some(({ path }) => path.startsWith(`${folder}/collect/`))
    const shown = SHOWN.filter((name) => collects || name !== 'source')
    const loose = CODE.filter(({ path }) => dirname(path) === folder)
    expect(loose.map(({ path }) => path).sort()).toEqual(shown.map((one) => `${folder}/${one}.ts`))
  }
})

test(`no folder of the program has more than ${LOOSE_FILES_MAX} loose files`, () => {
  const counts = new Map<string, number>()
  // Schema files are numbered, and stay for good.
  const loose = CODE.filter(({ path }) => PROGRAM.test(path) && !path.endsWith('.sql'))
  for (const { path } of loose) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  }
  expect([...counts].filter(([, count]) => count > LOOSE_FILES_MAX)).toEqual([])
})

test('every name of a file or folder says what it holds', () => {
  const junk = /^(utils?|helpers?|common|shared|types|misc)$/
  const named = FILES.filter((file) =>
    file.path.split('/').some((segment) => junk.test(segment.replace(/\..*$/, ''))),
  )
  expect(named.map((file) => `${file.path}:1: a name that fits anything`)).toEqual([])
})

test(`no line of code is wider than ${COLUMNS_MAX} columns`, () => {
  expect(
    eachLine(CODE, ({ line }) =>
      line.length > COLUMNS_MAX && !isUnbreakable(line) ? `${line.length} columns` : undefined,
    ),
  ).toEqual([])
})

test(`no file of code is longer than ${LINES_MAX} lines`, () => {
  const long = CODE.filter((file) => file.lines.length > LINES_MAX)
  expect(long.map((file) => `${file.path}:${file.lines.length}: the last line`)).toEqual([])
})

test('everything that a file of the program exports has a doc comment', () => {
  const sources = CODE.filter((file) => PROGRAM.test(file.path))
  expect(
    eachLine(sources, ({ file, line, index }) => {
      const name = EXPORTED.exec(line)?.groups?.['name']
      if (name === undefined || isDocumented(file, index)) return undefined
      return `${name} has no doc comment`
    }),
  ).toEqual([])
})

test('every document has one title', () => {
  const documents = FILES.filter((file) => file.path.endsWith('.md'))
  const breaches = documents.flatMap((file): Breach[] => {
    const titles = proseOf(file).filter(({ line }) => /^# /.test(line))
    if (titles.length === 0) return [`${file.path}:1: no title`]
    return titles.slice(1).map(({ index }) => `${file.path}:${index + 1}: another title`)
  })
  expect(breaches).toEqual([])
})

test('no text uses a wording that the word list replaces', () => {
  const reworded = FILES.filter(({ path }) => !KEPT_WORDS.test(path))
  expect(eachLine(reworded, replacedWord)).toEqual([])
})

test('links between documents point to files that exist', () => {
  const documents = FILES.filter((file) => file.path.endsWith('.md'))
  const breaches = documents.flatMap((file) =>
    proseOf(file).flatMap(({ line, index }): Breach[] =>
      localLinks(line)
        .filter((link) => !existsSync(join(ROOT, dirname(file.path), link)))
        .map((link) => `${file.path}:${index + 1}: ${link} does not exist`),
    ),
  )
  expect(breaches).toEqual([])
})

test('no file depends on one machine: its folders, or the host it installs packages from', () => {
  const hosts = packageHosts()
  // Folders of a person or of a build machine; an example in a document has no reason to name one.
  const folder = /(?:^|[\s'"`=(:])\/(?:home|root|work|Users)\//
  expect(
    eachLine(FILES, ({ line }) => {
      if (folder.test(line)) return 'a path of one machine'
      return hosts.some((host) => line.includes(host)) ? 'a host of packages' : undefined
    }),
  ).toEqual([])
})

/** Folders of src/dialects that are a vendor's. */
function vendorFolders(): ReadonlySet<string> {
  const folders = CODE.map(({ path }) => /^src\/dialects\/([^/]+)\//.exec(path)?.[1] ?? 'api')
  return new Set(folders.filter((folder) => !NO_VENDORS.includes(folder)))
}

/**
 * The folders of src that the files of a folder may import, in addition to their own. Collectors
 * define their own settings, so a dialect may import what a setting is, but not the server's table.
 */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  ledger: ['core'],
  access: ['core'],
  store: ['core', 'ledger', 'access'],
  intake: ['core', 'ledger', 'access', 'sources'],
  dialects: ['core', 'config/table', 'ledger', 'access', 'exports', 'intake'],
  sources: ['core', 'ledger', 'access'],
  exports: ['core', 'ledger', 'access'],
  server: [
    'core',
    'config',
    'ledger',
    'access',
    'store',
    'sources',
    'exports',
    'intake',
    'dialects',
  ],
  cli: ['core', 'config', 'ledger', 'access', 'store', 'sources', 'exports', 'intake', 'dialects'],
}

/** The files that put the parts together. */
const COMPOSITION_ROOTS = ['src/main.ts', 'src/server/serve.ts']

/** Folders whose sub-folders hold one part each, next to the contract of the parts. */
const PART_FOLDERS = ['dialects', 'sources', 'store']
/** Those whose parts must not import each other, so that any of them can be removed. */
const SEPARATE_PARTS = ['dialects', 'sources']

/** Shared by the parts: the contracts of an API and of a collector, and the reading of bodies. */
const CONTRACTS = ['src/dialects/api/', 'src/dialects/collecting/', 'src/sources/bodies/']

function isContract(path: string): boolean {
  return CONTRACTS.some((folder) => path.startsWith(folder))
}

function importBreach(from: string, to: string): string | undefined {
  if (COMPOSITION_ROOTS.includes(from)) return undefined
  const [, fromFolder = '', fromPart = ''] = from.split('/')
  const [, toFolder = '', toPart = ''] = to.split('/')
  const below = BELOW[fromFolder]
  if (below === undefined) return `${fromFolder} has no place in the order of folders`
  if (fromFolder !== toFolder) {
    const isBelow = below.some((folder) => to.startsWith(`src/${folder}/`))
    return isBelow || to === 'package.json' ? undefined : `${fromFolder} must not import ${to}`
  }
  const isOtherPart =
    SEPARATE_PARTS.includes(fromFolder) &&
    !toPart.endsWith('.ts') &&
    toPart !== fromPart &&
    !isContract(to)
  return isOtherPart ? `${fromPart} must not know ${toPart}` : undefined
}

/** Other parts use a dialect, a source or a store only through its contract. */
function compositionBreach(from: string, to: string): string | undefined {
  const [, fromFolder = ''] = from.split('/')
  const [, toFolder = '', toPart = ''] = to.split('/')
  if (COMPOSITION_ROOTS.includes(from) || fromFolder === toFolder) return undefined
  const isPart = PART_FOLDERS.includes(toFolder) && !toPart.endsWith('.ts') && !isContract(to)
  return isPart ? `only ${COMPOSITION_ROOTS.join(' and ')} may know ${to}` : undefined
}

/** Passes the two paths of each import inside src to a rule, and collects the breaches. */
function eachImport(judge: (from: string, to: string) => string | undefined): readonly Breach[] {
  const sources = CODE.filter((file) => file.path.startsWith('src/') && file.path.endsWith('.ts'))
  return eachLine(sources, ({ file, line }) => {
    const specifier = /(?:from|import|import\()\s*'(\.[^']*)'/.exec(line)?.[1]
    if (specifier === undefined) return undefined
    return judge(file.path, join(dirname(file.path), specifier))
  })
}

const EXPORTED =
  /^export (?:async |abstract )*(?:function\*?|interface|type|const|class) (?<name>\w+)/

/**
 * Whether a doc comment ends right above the line. Two kinds of lines need none: a type derived
 * from the constant above it, and a further signature of the same function.
 */
function isDocumented(file: SourceFile, index: number): boolean {
  const line = file.lines[index] ?? ''
  const above = file.lines[index - 1] ?? ''
  if (above.trimEnd().endsWith('*/')) return true
  const derivedFrom = /^export type \w+ = .*\btypeof (?<name>\w+)/.exec(line)?.groups?.['name']
  if (derivedFrom !== undefined) {
    return file.lines.slice(0, index).some((one) => one.startsWith(`export const ${derivedFrom}`))
  }
  const name = EXPORTED.exec(line)?.groups?.['name']
  return name !== undefined && EXPORTED.exec(above)?.groups?.['name'] === name
}

/**
 * Whether a line cannot be wrapped: a digest, a URL, a text that a test compares as a whole, or an
 * import of one name from a distant folder.
 */
function isUnbreakable(line: string): boolean {
  return /^import (?:type )?\{ \w+ \} from '[^']+'$|^\s*(?:\w+: |[[('"`/*#-]*\s*)?\S{70,}$/.test(
    line,
  )
}

/** Reads whole lines of src and of the documents, and the names of tests. */
function replacedWord({ file, line, index }: Place): string | undefined {
  const isRead = /^(?:src|console\/src|docs)\/.*\.(?:tsx?|md)$|^README\.md$/.test(file.path)
  const text = isRead ? line : nameOfTest(file, index)
  const found = REPLACED_WORDS.find(({ pattern }) => pattern.test(text ?? ''))
  return found && `${found.pattern.exec(text ?? '')?.[0]}: write ${found.instead}`
}

/** The name of the test that a line begins, or that the next line consists of. */
function nameOfTest(file: SourceFile, index: number): string | undefined {
  if (!file.path.endsWith('.test.ts')) return undefined
  const line = file.lines[index] ?? ''
  const own = /^\s*(?:test|it|describe)\b.*?\(\s*(?<name>['"`].*)|^\s*\]\)\((?<row>['"`].*)/.exec(
    line,
  )
  if (own !== null) return own.groups?.['name'] ?? own.groups?.['row']
  const isBegun = /(?:^\s*(?:test|it|describe)\b.*|\]\))\($/.test(file.lines[index - 1] ?? '')
  return isBegun ? line : undefined
}

/** The lines of a document that are not inside a fenced block. */
function proseOf(file: SourceFile): readonly { line: string; index: number }[] {
  let fenced = false
  return file.lines
    .map((line, index) => {
      const isFence = /^\s*(```|~~~)/.test(line)
      if (isFence) fenced = !fenced
      return { line, index, isProse: !fenced && !isFence }
    })
    .filter((one) => one.isProse)
}

/** Targets of the links on a line that point to a file, without URLs and anchors. */
function localLinks(line: string): readonly string[] {
  const withoutCode = line.replaceAll(/`[^`]*`/g, '')
  return [...withoutCode.matchAll(/\]\(<?([^)\s>]+)/g)]
    .map(([, target = '']) => decodeURI(target.replace(/[#?].*$/, '')))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
}

/** Hosts of package registries, joined here so that this file does not contain one. */
function packageHosts(): readonly string[] {
  const known = [
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
  ].map((labels) => labels.join('.'))
  const used = process.env['npm_config_registry']
  return used === undefined ? known : [...known, new URL(used).host]
}

function eachLine(
  files: readonly SourceFile[],
  judge: (place: Place) => string | undefined,
): readonly Breach[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line, index): Breach[] => {
      const breach = judge({ file, line, index })
      return breach === undefined ? [] : [`${file.path}:${index + 1}: ${breach}`]
    }),
  )
}

/** Every text file that git tracks or would track, each read once. */
function readFiles(): readonly SourceFile[] {
  const binary = new Set(['.png', '.ico', '.gz', '.woff2', '.parquet', '.b64', '.pb'])
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const paths = new Set(listed.split('\0').filter((path) => path !== ''))
  return [...paths]
    .filter((path) => !binary.has(extname(path)) && isFile(join(ROOT, path)))
    .map((path) => ({
      path,
      lines: readFileSync(join(ROOT, path), 'utf8').replace(/\n$/, '').split('\n'),
    }))
}

/** False for links, and for files whose deletion is not committed yet. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
