import type { ValueKind } from '../../config/table/value-kind.ts'
import { CommandError } from '../command-error.ts'

/** Reads the values of one command's options. */
export interface OptionReader {
  /** A wrong use of the command, with its own help as the hint. */
  usage(message: string): CommandError
  /** The value of an option. @throws CommandError when its text is not of the kind. */
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
