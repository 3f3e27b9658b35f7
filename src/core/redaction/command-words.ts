/** A run of letters, digits, `_`, `-` and `.` in a text, and the command that it is part of. */
export interface CommandWord {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Earlier words of interest in the same command, in lower case. */
  readonly before: ReadonlySet<string>
  /** The last of them. */
  readonly last: string | undefined
}

const RUN = /[\w.-]+/g

/** Separates commands, with a space on one side, since a password may contain any of these. */
const SEPARATOR = /(?:^|\s)[|;&]+(?=\s|$)|[|;&]+\s|\n/

/**
 * The words of a text, as rules see them: the options and names of a command line, in any quotes
 * and brackets.
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
    // In JSON a line feed is a backslash and a letter; that letter is not part of the word.
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

/** The text between a name and its value; in a JSON list both are in quotes. */
const GAP = /\s{1,8}|\\{0,15}["']\s{0,8},?\s{0,8}(?=\\{0,15}["'])/y
/** The text after a name that is itself in quotes. */
const QUOTED_GAP = /\\{0,15}["']\s{1,8}/y

/** Where the next word of a command begins; undefined when there is none. */
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
