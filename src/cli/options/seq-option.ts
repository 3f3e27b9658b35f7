import { wholeNumber } from '../../config/table/value-kind.ts'
import { CommandError } from '../command-error.ts'

/** Parses the value of `--after`. @throws CommandError `usage`. */
export function readAfter(text: string | undefined): string | undefined {
  if (text === undefined) return text
  const kind = wholeNumber(0, Number.MAX_SAFE_INTEGER)
  if (kind.read(text) !== undefined) return text
  throw new CommandError('--after: expected the seq of an event', { ending: 'usage' })
}
