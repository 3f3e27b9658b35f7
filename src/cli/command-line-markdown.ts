import type { Command } from './command.ts'
import { COMMANDS } from './command-table.ts'
import { EXIT_CODES } from './exit-code.ts'
import { usageLine } from './terminal/help-text.ts'

/** docs/reference/command-line.md: every command with its options and examples. */
export function commandLineMarkdown(): string {
  const codes = Object.values(EXIT_CODES).map(({ code, meaning }) => `| ${code} | ${meaning} |`)
  return `# Command line

Generated from src/cli by \`npm run generate\`; do not edit. \`waybill COMMAND --help\` says the
same.

All commands but \`serve\` talk to a running server over HTTP. \`--server\` or \`WAYBILL_SERVER\`
names it; \`--token\` or \`WAYBILL_TOKEN\` says who asks. For a server on the same machine,
\`admin-token\` in the data directory (\`--data\`, \`WAYBILL_DATA\`, else \`./data\`) serves as the
token where it can be read; it is never sent to another machine.

What is asked for goes to standard output; progress, notes and errors go to standard error.
Colours appear on a terminal unless \`NO_COLOR\` is set. Control characters inside events are
never shown as such.

| exit code | meaning |
|---|---|
${codes.join('\n')}

${COMMANDS.map(commandSection).join('\n')}`
}

function commandSection(command: Command): string {
  const options = Object.entries(command.options).map(([name, option]) => {
    const { short, placeholder, description, type } = option
    const value = type === 'switch' ? '' : ` ${placeholder}`
    const flag = `${short === undefined ? '' : `-${short}, `}--${name}${value}`
    return `| \`${flag.replaceAll('|', '\\|')}\` | ${description.replaceAll('|', '\\|')} |`
  })
  const examples = command.examples.map(({ line, does }) => `# ${does}\n${line}`)
  return `## waybill ${command.name}

${command.summary}.

\`${usageLine(command)}\`

${command.description}

| option | |
|---|---|
${options.join('\n')}

\`\`\`sh
${examples.join('\n')}
\`\`\`
`
}
