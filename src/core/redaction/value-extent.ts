import type { Span } from './span.ts'

/** What may follow a closing quote; anything else continues the same word of a shell. */
const AFTER_QUOTE = /$|[\s,;:)\]}>|&]/y
/** What may follow the closing quote of a whole argument, which may contain quotes itself. */
const AFTER_ARGUMENT = /$|[\s\]})]|,\s{0,8}\\{0,7}["']/y
/** A quote, with the backslashes that it has in nested texts. */
const QUOTE = /(\\{0,15})(["'`])/y
/** `N'…'` and `E'…'` in SQL, `$'…'` in shells. */
const QUOTE_PREFIX = /[NnEeBb$](?=\\{0,15}["'])/y

interface Quote {
  readonly mark: string
  readonly backslashes: number
  /** Index after the quote. */
  readonly end: number
}

/** Options of a search for the end of a value. */
export interface ValueOptions {
  /** Characters that end a value without quotes, in addition to whitespace. */
  readonly stops?: string
}

/**
 * The value at a position: one word of a shell, quoted in any way; for a single quoted piece, the
 * text inside the quotes. An unclosed quote extends to the end. Undefined for an empty value.
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

/** The end of the word that begins at a position, which may include quoted pieces. */
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
 * The end of the quoted argument that began just before a position; undefined when there is none.
 * Quotes inside it do not end it.
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

/** Whether a quote closes a text around the word, so that nothing of the word follows. */
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

/** Whether a quote is at a position, including its backslashes in nested texts. */
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
 * The quote that closes another one. Each level of nested text doubles the backslashes, so that a
 * quote with fewer closes the outer text, and one with more is part of the value.
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

/** The end of a group in brackets; an unclosed one extends to the end of the text. */
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
