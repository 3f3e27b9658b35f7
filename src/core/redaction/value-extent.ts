import type { Span } from './span.ts'

/** What may follow a closing quote; anything else goes on with the same word of a shell. */
const AFTER_QUOTE = /$|[\s,;:)\]}>|&]/y
/** What may follow the closing quote of a whole argument, which may hold quotes itself. */
const AFTER_ARGUMENT = /$|[\s\]})]|,\s{0,8}\\{0,7}["']/y
/** A quote, with the backslashes that a text inside of a text has in front of it. */
const QUOTE = /(\\{0,15})(["'`])/y
/** `N'…'` and `E'…'` of SQL, `$'…'` of shells. */
const QUOTE_PREFIX = /[NnEeBb$](?=\\{0,15}["'])/y

interface Quote {
  readonly mark: string
  readonly backslashes: number
  /** Behind the quote. */
  readonly end: number
}

/** Options of a search for the end of a value. */
export interface ValueOptions {
  /** Characters that end a value without quotes, besides blanks. */
  readonly stops?: string
}

/**
 * The value at a place: one word of a shell, however it is quoted; of a single quoted piece what is
 * inside of the quotes. A quote that is not closed goes up to the end. Undefined for an empty one.
 */
export function valueAt(text: string, at: number, options: ValueOptions = {}): Span | undefined {
  const quote = quoteAt(text, at + matchLength(QUOTE_PREFIX, text, at))
  if (quote === undefined) {
    const isGroup = text[at] === '{' || text[at] === '['
    const end = isGroup ? groupEnd(text, at, options) : wordEnd(text, at, options)
    return spanOf(at, end)
  }
  const close = closingQuote(text, quote)
  if (close === undefined) return spanOf(quote.end, text.length)
  if (isFollowedBy(AFTER_QUOTE, text, close.end)) return spanOf(quote.end, close.start)
  if (quoteAt(text, close.end) !== undefined && endsWord(text, close.end)) {
    return spanOf(quote.end, close.start)
  }
  return spanOf(at, wordEnd(text, close.end, options))
}

/** Where a word that begins at a place ends, which may go on over quoted pieces. */
export function wordEnd(text: string, at: number, { stops = '' }: ValueOptions = {}): number {
  let index = at
  while (index < text.length) {
    const character = text.charAt(index)
    if (isBlank(character) || stops.includes(character)) return index
    const quote = quoteAt(text, index)
    if (quote !== undefined) {
      if (endsWord(text, index)) return index
      index = closingQuote(text, quote)?.end ?? text.length
    } else {
      index += character === '\\' ? 2 : 1
    }
  }
  return text.length
}

/**
 * Where the quoted argument ends that began just before a place; undefined when none did. Quotes
 * inside of it do not end it.
 */
export function argumentEnd(text: string, at: number): number | undefined {
  const mark = text.charAt(at - 1)
  if (mark !== '"' && mark !== "'") return undefined
  let backslashes = 0
  while (backslashes < 15 && text[at - 2 - backslashes] === '\\') backslashes += 1
  const quote = { mark, backslashes, end: at }
  for (let close = closingQuote(text, quote); close !== undefined; ) {
    if (isFollowedBy(AFTER_ARGUMENT, text, close.end)) return close.start
    close = closingQuote(text, { ...quote, end: close.end })
  }
  return text.length
}

/** Whether a quote closes a text around the word: nothing of the word comes after it. */
function endsWord(text: string, at: number): boolean {
  const quote = quoteAt(text, at)
  if (quote === undefined) return false
  return (
    isFollowedBy(AFTER_QUOTE, text, quote.end) ||
    (quoteAt(text, quote.end) !== undefined && endsWordOnce(text, quote.end))
  )
}

function endsWordOnce(text: string, at: number): boolean {
  const quote = quoteAt(text, at)
  return quote !== undefined && isFollowedBy(AFTER_QUOTE, text, quote.end)
}

/** Whether a quote is at a place, in front of a text inside of a text with its backslashes. */
export function isQuoteAt(text: string, at: number): boolean {
  return quoteAt(text, at) !== undefined
}

function quoteAt(text: string, at: number): Quote | undefined {
  QUOTE.lastIndex = at
  const [whole, backslashes = '', mark = ''] = QUOTE.exec(text) ?? []
  if (whole === undefined) return undefined
  return { mark, backslashes: backslashes.length, end: at + whole.length }
}

/**
 * The quote that closes another one. Each text inside of a text doubles the backslashes, so that
 * one with fewer closes the text around, and one with more is part of the value.
 */
function closingQuote(text: string, { mark, backslashes, end }: Quote): Span | undefined {
  const step = 2 * (backslashes + 1)
  for (let index = text.indexOf(mark, end); index !== -1; index = text.indexOf(mark, index + 1)) {
    let start = index
    while (start > end && text[start - 1] === '\\') start -= 1
    const found = index - start
    const isClosing = found < backslashes || (found - backslashes) % step === 0
    if (isClosing) return { start: index - Math.min(found, backslashes), end: index + 1 }
  }
  return undefined
}

/** Where a group in brackets ends; one that is not closed goes up to the end of the text. */
function groupEnd(text: string, at: number, options: ValueOptions): number {
  let depth = 0
  for (let index = at; index < text.length; index += 1) {
    const character = text.charAt(index)
    const quote = character === '"' || character === '\\' ? quoteAt(text, index) : undefined
    if (quote !== undefined) index = (closingQuote(text, quote)?.end ?? text.length) - 1
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth === 0) {
      const end = index + 1
      return isFollowedBy(AFTER_QUOTE, text, end) ? end : wordEnd(text, end, options)
    }
  }
  return text.length
}

function isBlank(character: string): boolean {
  return character <= ' ' || character === '\u{a0}'
}

function isFollowedBy(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

function matchLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

function spanOf(start: number, end: number): Span | undefined {
  return end > start ? { start, end } : undefined
}
