import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connections, TOKEN_PLACEHOLDER } from '../../../../console/src/connect/connections.ts'

const DOCUMENTS = new URL('../../../../docs/', import.meta.url)
/** The address that the documents use. */
const FILLING = { url: 'http://127.0.0.1:7480', token: TOKEN_PLACEHOLDER }

// The lines of a command are run by a system test.
const written = connections(FILLING).filter(({ id }) => id !== 'command')

test.each(written)('the lines for $title are those of its document', ({ steps, document }) => {
  const lines = new Set(
    readFileSync(new URL(document, DOCUMENTS), 'utf8')
      .split('\n')
      .map((line) => line.trim()),
  )
  const strange = steps
    .flatMap((step) => step.lines.split('\n'))
    .filter((line) => !lines.has(line.trim()))
  expect(strange).toEqual([])
})
