/** One run of letters, digits, `_`, `-` and `.` in a text, and the command that it is part of. */
export interface CommandWord {
  readonly text: string
  readonly start: number
  readonly end: number
  /** The words of interest that came before in the same command, in lower case. */
  readonly before: ReadonlySet<string>
  /** The last of them. */
  readonly last: string | undefined
}

const RUN = /[\w.-]+/g

/** What begins another command: with a blank on one side, since a password may hold any of them. */
const SEPARATOR = /(?:^|\s)[|;&]+(?=\s|$)|[|;&]+\s|\n/

/**
 * The words of a text, as far as rules look at them: of a command line its options and names, in
 * whatever quotes and brackets they are.
 *
 * @param ofInterest words that are remembered until the command ends, in lower case.
 */
export function* commandWords(
  text: string,
  ofInterest: ReadonlySet<string>,
): Generator<CommandWord> {
  let before: ReadonlySet<string> = new Set()
  let last: string | undefined
  let lastEnd = 0
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const gap = text.slice(lastEnd, index)
    // In JSON a line feed is a backslash and a letter, which is not part of the word.
    const isEscaped = gap.endsWith('\\') && /^[nrt]/.test(run)
    if (gap !== ' ' && gap !== '' && before.size > 0 && (isEscaped || SEPARATOR.test(gap))) {
      before = new Set()
      last = undefined
    }
    const start = isEscaped ? index + 1 : index
    const end = index + run.length
    const word = text.slice(start, end)
    yield { text: word, start, end, before, last }
    lastEnd = end
    const plain = word.toLowerCase().replace(/[.]exe$/, '')
    if (ofInterest.has(plain)) {
      if (!before.has(plain)) before = new Set([...before, plain])
      last = plain
    }
  }
}

/** What is between a name and its value; in a list in JSON both are in quotes. */
const GAP = /\s{1,8}|\\{0,15}["']\s{0,8},?\s{0,8}(?=\\{0,15}["'])/y
/** Behind a name that is in quotes itself. */
const QUOTED_GAP = /\\{0,15}["']\s{1,8}/y

/** Where the next word of a command begins behind another one; undefined when none does. */
export function nextWordAt(
  text: string,
  { start, end }: Pick<CommandWord, 'start' | 'end'>,
): number | undefined {
  GAP.lastIndex = end
  if (GAP.test(text)) return GAP.lastIndex
  QUOTED_GAP.lastIndex = end
  const isQuoted = /["']/.test(text.charAt(start - 1)) && QUOTED_GAP.test(text)
  return isQuoted ? QUOTED_GAP.lastIndex : undefined
}
