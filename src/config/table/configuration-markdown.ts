import { SETTINGS } from '../settings.ts'
import {
  defaultText,
  type NamedList,
  type NamedSetting,
  namedLists,
  namedSettings,
} from './setting.ts'

const INTRODUCTION = `# Configuration

Generated from src/config/settings.ts by \`npm run generate\`; do not edit.

Waybill starts without any configuration. A setting can be given in three places; the first that
has it counts:

1. a flag of \`waybill serve\`,
2. an environment variable (an empty one counts as not set),
3. the configuration file that \`--config\` or \`WAYBILL_CONFIG\` names, in YAML or JSON. Dots in
   a key are levels of the file.

An unknown key, an unknown variable that begins with \`WAYBILL_\`, or a wrong value stops the
start with a line that names it. Relative paths count from the working directory.

\`\`\`yaml
data: /var/lib/waybill
listen: 127.0.0.1:7480
logLevel: info
sources:
  distribution:
    blobEvents: false
\`\`\`
`

/** docs/reference/configuration.md: every setting with its names, value and default. */
export function configurationMarkdown(): string {
  const sections = namedSettings(SETTINGS).map(settingSection)
  const lists = namedLists(SETTINGS).map(listSection)
  return [INTRODUCTION, ...sections, LISTS, ...lists].join('\n')
}

const LISTS = `## Lists

What there can be several of stands in the configuration file alone, as a list. Each item has a
\`name\` of its own.
`

function settingSection({ key, flag, variable, setting }: NamedSetting): string {
  const place = setting.inFile ? `\`${key}\`` : 'no'
  const cells = [`\`--${flag}\``, `\`${variable}\``, place, ...valueCells(setting)]
  return `## ${key}

${setting.description}

| flag | variable | in a file | value | default |
|---|---|---|---|---|
| ${cells.join(' | ')} |
`
}

function listSection({ key, list }: NamedList): string {
  const rows = namedSettings(list.each).map(({ key: name, setting }) => {
    const cells = [`\`${name}\``, ...valueCells(setting), setting.description]
    return `| ${cells.join(' | ')} |`
  })
  return `### ${key}

${list.description}

| in each item | value | default | what it does |
|---|---|---|---|
${rows.join('\n')}
`
}

function valueCells(setting: NamedSetting['setting']): readonly string[] {
  return [setting.kind.expected.replaceAll('|', '\\|'), absentCell(setting)]
}

function absentCell(setting: NamedSetting['setting']): string {
  const value = defaultText(setting)
  if (value !== undefined) return `\`${value}\``
  return setting.whenAbsent === undefined ? 'must be given' : `absent: ${setting.whenAbsent}`
}
