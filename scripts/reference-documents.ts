import { ERRORS } from '../src/core/errors.ts'
import { ACTIONS } from '../src/core/event/action-catalogue.ts'
import { QUAY_KINDS } from '../src/dialects/quay/entries/kinds.ts'
import { LIMITS } from './limits-table.ts'

/** docs/reference/actions.md: the action catalogue, in its order. */
export function actionsDocument(): string {
  return [
    ...heading('Actions', 'src/core/event/action-catalogue.ts'),
    'The `action` of an event says what was done, as `object.verb`; `outcome` says how it ended.',
    'These are the actions that Waybill itself uses. Senders may use others of the same form.',
    '',
    ...table(
      ['Action', 'Category', 'What happened'],
      ACTIONS.map(({ action, category, description }) => [code(action), category, description]),
    ),
  ].join('\n')
}

/** docs/reference/errors.md: every error that Waybill raises, by status. */
export function errorsDocument(): string {
  const errors = Object.entries(ERRORS).sort(([, left], [, right]) => left.status - right.status)
  return [
    ...heading('Errors', 'src/core/errors.ts'),
    'Waybill’s own API answers errors as problem details (RFC 9457) with the member `code`. The',
    'vendors’ APIs answer them in the vendors’ shapes, with the same status.',
    '',
    ...table(
      ['Code', 'Status', 'Title'],
      errors.map(([name, { status, title }]) => [code(name), String(status), title]),
    ),
  ].join('\n')
}

/** docs/reference/limits.md: what is bounded, and what a client is answered that meets a bound. */
export function limitsDocument(): string {
  return [
    ...heading('Limits', 'scripts/limits-table.ts'),
    'Nothing that a client sends or asks for is unbounded. What clients share is limited for each',
    'token and each tenant first, so that none takes what others need. A name in capitals is a',
    'constant of the program; one with a dot is a [setting](configuration.md). The vendors’ APIs',
    'answer with the same status in their own shapes.',
    '',
    ...LIMITS.flatMap(({ title, limits }) => [
      `## ${title}`,
      '',
      ...table(
        ['What', 'Name', 'Default', 'At the limit'],
        limits.map(({ what, name, value, answer }) => [
          what,
          name.replaceAll(/[A-Z_]{3,}[\w.]*/g, code),
          value,
          answer,
        ]),
      ),
    ]),
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

/** docs/reference/quay-kinds.md: Quay's kinds and what they are in the catalogue. */
export function quayKindsDocument(): string {
  return [
    ...heading('Kinds of Quay', 'src/dialects/quay/entries/kinds.ts'),
    `The ${QUAY_KINDS.length} kinds of Quay’s usage logs, and the action that each one is in`,
    'Waybill. An event that was collected from Quay keeps its kind and its whole metadata. For an',
    'event of another source the kind follows from action and outcome, and as many of the listed',
    'metadata keys are written as the event has values for. In the descriptions `{key}` stands for',
    'the value of that key.',
    '',
    ...table(
      ['Kind', 'Action', 'Outcome', 'What happened', 'Metadata'],
      QUAY_KINDS.map(({ kind, action, isFailure, metadata, description }) => [
        code(kind),
        code(action),
        isFailure ? 'failure' : 'success',
        description.replaceAll(/\{[^}]*\}/g, code),
        metadata.map(code).join(' '),
      ]),
    ),
  ].join('\n')
}

function heading(title: string, table: string): readonly string[] {
  return [`# ${title}`, '', `Written by \`npm run generate\` from \`${table}\`. Do not edit.`, '']
}

function code(text: string): string {
  return `\`${text}\``
}

/** A Markdown table; ends the document with a line feed. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '']
}
