import { namedSettings } from './setting.ts'
import { SETTINGS } from './settings.ts'

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
  const sections = namedSettings(SETTINGS).map(({ key, flag, variable, setting }) => {
    const absent =
      setting.default === undefined ? `absent: ${setting.whenAbsent}` : `\`${setting.default}\``
    const place = setting.inFile ? `\`${key}\`` : 'no'
    const value = setting.kind.expected.replaceAll('|', '\\|')
    const cells = [`\`--${flag}\``, `\`${variable}\``, place, value, absent]
    return `## ${key}

${setting.description}

| flag | variable | in a file | value | default |
|---|---|---|---|---|
| ${cells.join(' | ')} |
`
  })
  return [INTRODUCTION, ...sections].join('\n')
}
