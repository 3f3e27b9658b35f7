import type { ValueKind } from '../../config/table/value-kind.ts'
import { CommandError } from '../command-error.ts'

/** Parses the option values of one command. */
export interface OptionReader {
  /** An error for wrong usage, with the command's help as the hint. */
  usage(message: string): CommandError
  /** Parses an option's value. @throws CommandError when the text is not of the kind. */
  read<Value>(
    option: string,
    text: string,
    kind: Pick<ValueKind<Value>, 'expected' | 'read'>,
  ): Value
}

/** @param command as it is called: `collect quay`. */
export function optionReader(command: string): OptionReader {
  const usage = (message: string) =>
    new CommandError(message, { ending: 'usage', hint: `waybill ${command} --help` })
  return {
    usage,
    read(option, text, kind) {
      const value = kind.read(text)
      if (value === undefined) throw usage(`${option}: expected ${kind.expected}`)
      return value
    },
  }
}
