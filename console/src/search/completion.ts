import { FILTER_NAMES, filterNamed, WORDS } from './term.ts'

/** A text that the search box can insert in place of the word at the cursor. */
export interface Completion {
  /** What is inserted. */
  readonly text: string
  readonly description: string
}

/** What the word at the cursor can become, and where the word starts. */
export interface Completions {
  readonly start: number
  readonly end: number
  readonly choices: readonly Completion[]
}

/** The most frequent values of a field that the current search found. */
export type KnownValues = Readonly<Record<string, readonly string[]>>

/** Most choices that are shown at once. */
const CHOICES_MAX = 8

const DESCRIPTIONS: Readonly<Record<(typeof FILTER_NAMES)[number], string>> = {
  action: 'what happened, such as image.push',
  actor: 'who did it: a name, id or email',
  namespace: 'organization or user of the repository',
  repository: 'repository, without its namespace',
  target: 'name, id, tag or digest of what was acted upon',
  outcome: 'how it ended',
  source: 'where the event came from',
  category: 'kind of target',
  level: 'how serious it is',
  ip: 'address of the client',
  tenant: 'tenant, among those that you may see',
}

/** Choices for the word that ends at the cursor: names of filters, or values of one. */
export function completionsAt(text: string, cursor: number, known: KnownValues): Completions {
  const before = text.slice(0, cursor)
  const word = /\S*$/.exec(before)?.[0] ?? ''
  const start = cursor - word.length
  const sign = word.startsWith('-') ? '-' : ''
  const typed = word.slice(sign.length)
  const colon = typed.indexOf(':')
  const choices =
    colon === -1 ? names(sign, typed) : values(sign + typed.slice(0, colon), typed, known)
  return { start, end: cursor, choices: choices.slice(0, CHOICES_MAX) }
}

function names(sign: string, typed: string): readonly Completion[] {
  return FILTER_NAMES.filter((name) => name.startsWith(typed.toLowerCase())).map((name) => ({
    text: `${sign}${name}:`,
    description: sign === '' ? DESCRIPTIONS[name] : `leave out: ${DESCRIPTIONS[name]}`,
  }))
}

function values(named: string, typed: string, known: KnownValues): readonly Completion[] {
  const name = filterNamed(named.replace(/^-/, '').toLowerCase())
  if (name === undefined) return []
  const beginning = typed
    .slice(typed.indexOf(':') + 1)
    .replace(/^"/, '')
    .toLowerCase()
  const all = WORDS[name] ?? known[name] ?? []
  return all
    .filter((value) => value !== '' && value.toLowerCase().includes(beginning))
    .filter((value) => value.toLowerCase() !== beginning)
    .map((value) => ({
      text: `${named}:${/[\s"]/.test(value) ? quote(value) : value} `,
      description: '',
    }))
}

function quote(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
