import { parseArgs } from 'node:util'
import { nearestName } from '../config/table/nearest-name.ts'
import type { Call, Command, CommandHelp, OptionTable, OptionValues } from './command.ts'
import { CommandError } from './command-error.ts'
import type { Ending } from './exit-code.ts'

/** How many operands a command takes. */
interface OperandCount {
  readonly min: number
  readonly max: number
}

/** Defines a command whose `execute` gets its options by name, typed by the table. */
export function defineCommand<const Options extends OptionTable>(
  help: CommandHelp & { readonly options: Options; readonly operandCount?: OperandCount },
  execute: (call: Call<Options>) => Promise<Ending>,
): Command {
  return {
    ...help,
    run(argv, io, parts) {
      const { options, operands } = readArguments(help, argv)
      return execute({ options, operands, io, parts })
    },
  }
}

/** @throws CommandError `usage` that names the wrong argument. */
function readArguments<Options extends OptionTable>(
  help: CommandHelp & { readonly options: Options; readonly operandCount?: OperandCount },
  argv: readonly string[],
): { options: OptionValues<Options>; operands: readonly string[] } {
  const hint = `waybill ${help.name} --help`
  refuseUnknownOptions(help, argv)
  const parsed = parsedOrRefused(help, argv)
  const { min, max } = help.operandCount ?? { min: 0, max: 0 }
  const count = parsed.positionals.length
  if (count < min) {
    throw new CommandError(`missing ${help.operands ?? 'operand'}`, { ending: 'usage', hint })
  }
  if (count > max) {
    const extra = JSON.stringify(parsed.positionals[max])
    throw new CommandError(`unexpected argument ${extra}`, { ending: 'usage', hint })
  }
  const values = Object.entries(help.options).map(([name, option]) => {
    const given = parsed.values[name]
    if (option.type === 'switch') return [name, given === true]
    return [name, option.type === 'texts' ? (given ?? []) : given]
  })
  // Each value has the type of its option, as OptionValues states.
  return { options: Object.fromEntries(values), operands: parsed.positionals }
}

function parsedOrRefused(help: CommandHelp, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(help.options).map(([name, { type, short }]) => [
      name,
      {
        type: type === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: type === 'texts',
        ...(short === undefined ? {} : { short }),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true })
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error)
    const hint = `waybill ${help.name} --help`
    throw new CommandError(message ?? 'the arguments cannot be read', {
      ending: 'usage',
      hint,
      cause: error,
    })
  }
}

/** parseArgs rejects them too, but with advice about `--` that is rarely useful. */
function refuseUnknownOptions(help: CommandHelp, argv: readonly string[]): void {
  const known = Object.keys(help.options)
  const end = argv.indexOf('--')
  for (const argument of end === -1 ? argv : argv.slice(0, end)) {
    const name = /^--([^=]+)/.exec(argument)?.[1]
    if (name === undefined || known.includes(name)) continue
    const meant = nearestName(name, known)
    throw new CommandError(`unknown option --${name}`, {
      ending: 'usage',
      hint: meant === undefined ? `waybill ${help.name} --help` : `did you mean --${meant}?`,
    })
  }
}
