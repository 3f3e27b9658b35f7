// Writes the documents of docs/reference that are read off tables of the program. The same tables
// always give the same bytes: `npm run generate:check` fails when a document is out of date.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commandLineMarkdown } from '../src/cli/command-line-markdown.ts'
import { commandTable } from '../src/cli/command-table.ts'
import { settingsTable } from '../src/config/settings.ts'
import { configurationMarkdown } from '../src/config/table/configuration-markdown.ts'
import { loadCollectors } from '../src/main.ts'
import {
  actionsDocument,
  errorsDocument,
  limitsDocument,
  quayKindsDocument,
} from './reference-documents.ts'

const FOLDER = fileURLToPath(new URL('../docs/reference/', import.meta.url))

const collectors = await loadCollectors()

const DOCUMENTS: Readonly<Record<string, string>> = {
  'actions.md': actionsDocument(),
  'command-line.md': commandLineMarkdown(commandTable(collectors)),
  'configuration.md': configurationMarkdown(settingsTable(collectors)),
  'errors.md': errorsDocument(),
  'limits.md': limitsDocument(),
  'quay-kinds.md': quayKindsDocument(),
}

mkdirSync(FOLDER, { recursive: true })
for (const [name, text] of Object.entries(DOCUMENTS)) {
  writeFileSync(`${FOLDER}${name}`, text)
  console.log(`docs/reference/${name}`)
}
