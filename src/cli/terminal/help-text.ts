import { programVersion } from '../../config/version.ts'
import type { Command } from '../command.ts'
import { EXIT_CODES } from '../exit-code.ts'

/** Longest line of help, in characters. */
const LINE_LENGTH_MAX = 100
const HELP_OPTION = '-h, --help'

/** `waybill --help`. */
export function programHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`)
  const codes = Object.values(EXIT_CODES).map(
    ({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`,
  )
  return `waybill ${programVersion()}: the audit log for container platforms

usage: waybill COMMAND [OPTIONS]

Commands:
${list.join('\n')}
  ${'help'.padEnd(width)}Show this help, or that of a command: waybill help send
  ${'version'.padEnd(width)}Show the version

All commands except serve talk to a running server: --server or WAYBILL_SERVER is its URL,
--token or WAYBILL_TOKEN the token. Neither is needed on the machine of the server, if the data
directory can be read.

Exit codes:
${codes.join('\n')}
`
}

/** `waybill COMMAND --help`. */
export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, { short, placeholder, description, type }]) => {
      const letter = short === undefined ? '    ' : `-${short}, `
      const value = type === 'switch' ? '' : ` ${placeholder}`
      return { left: `${letter}--${name}${value}`, right: description }
    },
  )
  const all = [...options, { left: HELP_OPTION, right: 'Show this help' }]
  const examples = command.examples.map(({ line, does }) => `  # ${does}\n  ${line}`)
  return [
    `waybill ${command.name}: ${command.summary}`,
    `usage: ${usageLine(command)}`,
    ...command.description.split('\n\n').map((paragraph) => wrap(paragraph, 0)),
    `Options:\n${all.map(optionText).join('\n')}`,
    `Examples:\n${examples.join('\n')}\n`,
  ].join('\n\n')
}

/** The usage of a command, as one line. */
export function usageLine({ name, operands }: Command): string {
  return ['waybill', name, operands, '[OPTIONS]'].filter(Boolean).join(' ')
}

/** `waybill token --help`: the commands that begin with a word. */
export function groupHelp(word: string, commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usageLine(command).length)) + 2
  const list = commands.map((command) => `  ${usageLine(command).padEnd(width)}${command.summary}`)
  return `${list.join('\n')}\n\nSee waybill ${word} COMMAND --help.\n`
}

const OPTION_INDENT = 28

function optionText({ left, right }: { readonly left: string; readonly right: string }): string {
  const text = wrap(right, OPTION_INDENT)
  const start = `  ${left}`
  return start.length + 2 > OPTION_INDENT
    ? `${start}\n${text}`
    : start.padEnd(OPTION_INDENT) + text.trimStart()
}

/** Breaks a text into lines with the same indentation. */
function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > LINE_LENGTH_MAX) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each).join('\n')
}
