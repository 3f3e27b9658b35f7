import { FILTER_NAMES, type FilterName, filterNamed, type Term, termProblem } from './term.ts'

/** A place in the text of the search box that cannot be searched for. */
export interface QueryProblem {
  readonly start: number
  readonly end: number
  /** A sentence without a full stop. */
  readonly message: string
}

/** What the text of the search box means. */
export interface ParsedQuery {
  readonly terms: readonly Term[]
  readonly problems: readonly QueryProblem[]
}

/** Shorter names of filters, as they are often typed. */
const ALIASES: Readonly<Record<string, FilterName>> = {
  ns: 'namespace',
  repo: 'repository',
  digest: 'target',
  tag: 'target',
  user: 'actor',
  address: 'ip',
}

const DIGEST = /^sha(?:256|512):[0-9a-f]+$/i
const NAMED = /^(?<name>[A-Za-z]+):(?<value>[\s\S]*)$/

/**
 * Reads `actor:alice -action:image.pull ns:prod some words`. Values with spaces are quoted, and a
 * quoted word is never a filter. Words without a minus sign become one text, and must all occur.
 * Each excluded word is a text of its own. A digest is a target.
 */
export function parseQuery(text: string): ParsedQuery {
  const terms: Term[] = []
  const problems: QueryProblem[] = []
  const words: string[] = []
  for (const token of tokensOf(text)) {
    const read = readToken(token)
    if ('message' in read) problems.push({ ...placeOf(token), message: read.message })
    else if (read.name === 'q' && !read.isExcluded) words.push(read.value)
    else terms.push(read)
  }
  if (words.length > 0) {
    const all: Term = { name: 'q', value: words.join(' '), isExcluded: false }
    const message = termProblem(all)
    if (message === undefined) terms.push(all)
    else if (problems.length === 0) problems.push({ start: 0, end: text.length, message })
  }
  return { terms, problems }
}

/** A term as it is typed into the search box. */
export function queryText({ name, value, isExcluded }: Term): string {
  const sign = isExcluded ? '-' : ''
  if (name !== 'q') return `${sign}${name}:${quoted(value)}`
  return isExcluded || NAMED.test(value) || value.startsWith('-') ? sign + quoted(value) : value
}

function quoted(value: string): string {
  return /[\s"\\]|^$|:|^-/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : value
}

interface Token {
  readonly start: number
  readonly end: number
  readonly isExcluded: boolean
  /** Without the sign and the quotes. */
  readonly name: string | undefined
  readonly value: string
  readonly isQuoted: boolean
  readonly isOpen: boolean
}

function placeOf({ start, end }: Token): { readonly start: number; readonly end: number } {
  return { start, end }
}

function readToken(token: Token): Term | { readonly message: string } {
  const { name: typed, value, isExcluded } = token
  if (token.isOpen) return { message: 'The closing quote is missing' }
  if (typed === undefined) {
    if (!token.isQuoted && DIGEST.test(value)) return { name: 'target', value, isExcluded }
    return checked({ name: 'q', value, isExcluded })
  }
  const name = ALIASES[typed.toLowerCase()] ?? filterNamed(typed.toLowerCase())
  if (name !== undefined) return checked({ name, value, isExcluded })
  if (/^(?:from|to|last|time)$/i.test(typed)) {
    return { message: 'Choose the time range next to the search box' }
  }
  const known = FILTER_NAMES.filter((one) => one.startsWith(typed.toLowerCase()))
  const hint = known.length > 0 ? `did you mean ${known.join(' or ')}?` : 'quote it to find words'
  return { message: `There is no filter ${typed}: ${hint}` }
}

function checked(term: Term): Term | { readonly message: string } {
  const message = termProblem(term)
  return message === undefined ? term : { message }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at] ?? '')) at += 1
    else {
      const token = tokenAt(text, at)
      tokens.push(token)
      at = token.end
    }
  }
  return tokens
}

function tokenAt(text: string, start: number): Token {
  const isExcluded = text[start] === '-' && /\S/.test(text[start + 1] ?? '')
  const first = isExcluded ? start + 1 : start
  const prefix = /^[A-Za-z]+:/.exec(text.slice(first))?.[0]
  const isName = prefix !== undefined && !/^sha(?:256|512):$/i.test(prefix)
  const valueStart = isName ? first + prefix.length : first
  const name = isName ? prefix.slice(0, -1) : undefined
  if (text[valueStart] !== '"') {
    const value = /^\S*/.exec(text.slice(valueStart))?.[0] ?? ''
    const end = valueStart + value.length
    return { start, end, isExcluded, name, value, isQuoted: false, isOpen: false }
  }
  const [whole = '', content = '', close = ''] =
    /^"((?:[^"\\]|\\[\s\S])*)("?)/.exec(text.slice(valueStart)) ?? []
  const value = content.replaceAll(/\\([\s\S])/g, '$1')
  const end = Math.max(valueStart + whole.length, valueStart + 1)
  return { start, end, isExcluded, name, value, isQuoted: true, isOpen: close === '' }
}
