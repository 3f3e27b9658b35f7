import { nearestName } from '../config/table/nearest-name.ts'
import { programVersion } from '../config/version.ts'
import type { Command, CommandParts } from './command.ts'
import { CommandError, OutputClosed } from './command-error.ts'
import { type CommandIo, write } from './command-io.ts'
import { commandTable } from './command-table.ts'
import { type Ending, EXIT_CODES } from './exit-code.ts'
import { commandHelp, groupHelp, programHelp } from './terminal/help-text.ts'
import { paintFor } from './terminal/terminal-style.ts'

/**
 * Runs one command line and resolves with the exit code. Errors go to standard error, as one line
 * with the problem and possibly one with a hint.
 *
 * @param argv the arguments after the program's name.
 *
 * @param parts what commands need from main.ts.
 */
export async function runCommand(
  argv: readonly string[],
  io: CommandIo,
  parts: CommandParts,
): Promise<number> {
  // The next write notices a closed reader; without a listener the error would end the process.
  io.stdout.on('error', () => undefined)
  io.stderr.on('error', () => undefined)
  try {
    return EXIT_CODES[await dispatch(argv, io, parts)].code
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_CODES.success.code
    await report(error, io).catch(() => undefined)
    return EXIT_CODES[error instanceof CommandError ? error.ending : 'failure'].code
  }
}

async function dispatch(
  argv: readonly string[],
  io: CommandIo,
  parts: CommandParts,
): Promise<Ending> {
  const [first = '', ...rest] = argv
  const commands = commandTable(parts.collectors)
  if (first === '') {
    await write(io.stderr, programHelp(commands))
    return 'usage'
  }
  if (first === 'help' || first === '--help' || first === '-h') {
    return showHelp(rest, commands, io)
  }
  if (first === 'version' || first === '--version' || first === '-V') {
    await write(io.stdout, `waybill ${programVersion()}\n`)
    return 'success'
  }
  if (first.startsWith('-')) {
    throw new CommandError(`expected a command, found ${first}`, {
      ending: 'usage',
      hint: 'options go after the command; see waybill --help',
    })
  }
  const command = commandOf(argv, commands)
  if (command === undefined) return unknownCommand(argv, commands, io)
  const ownArguments = argv.slice(command.name.split(' ').length)
  if (asksForHelp(ownArguments)) {
    await write(io.stdout, commandHelp(command))
    return 'success'
  }
  return command.run(ownArguments, io, parts)
}

/** The command that the arguments begin with. */
function commandOf(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => argv[index] === word))
}

async function showHelp(
  words: readonly string[],
  commands: readonly Command[],
  io: CommandIo,
): Promise<Ending> {
  const command = commandOf(words, commands)
  if (words.length === 0) await write(io.stdout, programHelp(commands))
  else if (command !== undefined) await write(io.stdout, commandHelp(command))
  else return unknownCommand([...words, '--help'], commands, io)
  return 'success'
}

/** A word that begins several commands, or none. */
async function unknownCommand(
  argv: readonly string[],
  commands: readonly Command[],
  io: CommandIo,
): Promise<Ending> {
  const [first = '', second = ''] = argv
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length > 0) {
    if (asksForHelp(argv)) {
      await write(io.stdout, groupHelp(first, group))
      return 'success'
    }
    const verbs = group.map(({ name }) => name.slice(first.length + 1))
    const found = second === '' ? '' : `, found ${JSON.stringify(second)}`
    throw new CommandError(`${first}: expected ${verbs.join(', ')}${found}`, {
      ending: 'usage',
      hint: `waybill ${first} --help`,
    })
  }
  const words = [
    ...new Set(commands.map(({ name }) => name.split(' ')[0] ?? '')),
    'help',
    'version',
  ]
  const meant = nearestName(first, words)
  throw new CommandError(`unknown command ${JSON.stringify(first)}`, {
    ending: 'usage',
    hint: meant === undefined ? 'waybill --help' : `did you mean ${meant}?`,
  })
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  return own.includes('--help') || own.includes('-h')
}

async function report(error: unknown, io: CommandIo): Promise<void> {
  const paint = paintFor(io.stderr, io.env)
  if (!(error instanceof CommandError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    await write(io.stderr, `waybill: ${paint('red', 'unexpected error')}: ${text}\n`)
    return
  }
  // A user who pressed Ctrl-C needs a message only about unfinished work.
  if (error.ending === 'interrupted' && error.hint === undefined) return
  await write(io.stderr, `waybill: ${paint('red', 'error')}: ${error.message}\n`)
  if (error.hint !== undefined) await write(io.stderr, `hint: ${error.hint}\n`)
}
