import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Every file that git tracks or would track. */
const PATHS = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
}).split('\0')

interface Line {
  /** Path of the document. */
  readonly document: string
  /** From 1. */
  readonly number: number
  readonly text: string
  /** Whether it is outside of fenced blocks. */
  readonly isProse: boolean
}

const LINES = PATHS.filter((path) => path.endsWith('.md')).flatMap(linesOf)

test('every path that a document names exists', () => {
  const named = LINES.flatMap((line) => namedPaths(line.text).map((path) => ({ path, line })))
  const missing = named.filter(
    // `VENDOR` stands for a name that the reader chooses.
    ({ path, line }) => !path.includes('VENDOR') && !resolves(path, dirname(line.document)),
  )
  expect(named.length).toBeGreaterThan(100)
  expect(missing.map(({ path, line }) => `${placeOf(line)}: ${path} does not exist`)).toEqual([])
})

test('every link to a heading leads to one', () => {
  const headings = headingsByDocument()
  const links = LINES.filter(({ isProse }) => isProse).flatMap((line) =>
    [...line.text.matchAll(/\]\(<?([^)\s#>:]*\.md)?#([^)\s>]+)/g)].map((match) => {
      const [, target, heading = ''] = match
      const { document } = line
      const to = target === undefined ? document : normalize(join(dirname(document), target))
      return { line, to, heading }
    }),
  )
  const broken = links.filter(({ to, heading }) => headings.get(to)?.has(heading) !== true)
  expect(links.length).toBeGreaterThan(20)
  expect(broken.map(({ line, to, heading }) => `${placeOf(line)}: ${to}#${heading}`)).toEqual([])
})

/** Folders at the root: with a slash, each of their names begins a path. */
const TOP_FOLDERS = 'src|test|docs|bench|scripts|packaging|bin'
const PATH_FROM_ROOT = new RegExp(`(?<![\\w./:@-])(?:${TOP_FOLDERS})/[\\w.*/-]*[\\w*]`, 'g')
/** A file of code, by any path or by its name alone: `server/serve.ts`, `serve.ts`. */
const CODE_PATH = /(?<![\w./:@*-])[\w*][\w.*/-]*\.(?:ts|sql)\b/g
/** A folder of `src` in code, without `src/`: `ledger/journal/`. */
const SHORT_FOLDER = new RegExp(
  `(?<=\`)(?:${readdirSync(join(ROOT, 'src')).join('|')})/[\\w*/-]*(?=/\`)`,
  'g',
)

/** Paths in this repository that a line of a document names. */
function namedPaths(line: string): readonly string[] {
  const patterns = [PATH_FROM_ROOT, CODE_PATH, SHORT_FOLDER]
  return patterns.flatMap((pattern) => [...line.matchAll(pattern)].map(([path]) => path))
}

/** Whether a path leads to a file or folder: from the root, from `src`, or from its document. */
function resolves(path: string, documentFolder: string): boolean {
  const pattern = path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')
  // A name alone may be that of a file anywhere.
  const anywhere = path.includes('/') ? [] : ['(?:.*/)?']
  const bases = ['', 'src/', `${documentFolder}/`, ...anywhere]
  const whole = new RegExp(`^(?:${bases.join('|')})${pattern}(?:/.*)?$`)
  return PATHS.some((one) => whole.test(one))
}

/** The anchors of the headings of each document, as GitHub makes them. */
function headingsByDocument(): ReadonlyMap<string, ReadonlySet<string>> {
  const headings = new Map<string, Set<string>>()
  for (const { document, text, isProse } of LINES) {
    const title = isProse ? /^#+ +(.*)$/.exec(text)?.[1] : undefined
    if (title === undefined) continue
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-')
    headings.set(document, (headings.get(document) ?? new Set()).add(anchor))
  }
  return headings
}

function placeOf({ document, number }: Line): string {
  return `${document}:${number}`
}

function linesOf(document: string): readonly Line[] {
  let isFenced = false
  const lines = readFileSync(join(ROOT, document), 'utf8').split('\n')
  return lines.map((text, index) => {
    const isFence = /^\s*(```|~~~)/.test(text)
    if (isFence) isFenced = !isFenced
    return { document, number: index + 1, text, isProse: !isFenced && !isFence }
  })
}
