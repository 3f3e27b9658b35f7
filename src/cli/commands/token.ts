import { SCOPES } from '../../access/directory/principal.ts'
import type { Members } from '../../core/json/json.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { memberColumn, showListing } from '../terminal/listing.ts'
import { plainLine } from '../terminal/plain-line.ts'
import { userNames } from './grant.ts'
import { AMBIGUOUS_NAME, posted } from './user.ts'

const DAY_MS = 86_400_000

/** `waybill token create`: the only time when a token can be read. */
export const tokenCreateCommand = defineCommand(
  {
    name: 'token create',
    summary: 'Create a token and print it once',
    operands: 'USER',
    description: `The token goes to standard output and everything else to standard error, so that a
script can keep it in a variable. Waybill stores only a hash, so the token cannot be shown again.


USER is a name or an id. ${AMBIGUOUS_NAME}

A token never allows more than its user may do; scopes restrict it further. Scopes:
${SCOPES.join(', ')}.

By default a writer sends events from the source api/USER. With --source it may send events of the
named sources, and deliver only to their routes: for collectors and importers on other machines, or
to bind a registry's token to that registry.`,
    operandCount: { min: 1, max: 1 },
    options: {
      scope: {
        type: 'texts',
        short: 's',
        placeholder: 'SCOPE',
        description: 'Permission of the token; may be repeated',
      },
      source: {
        type: 'texts',
        placeholder: 'KIND/NAME',
        description: 'Source that it may send events of; may be repeated',
      },
      name: { type: 'text', placeholder: 'TEXT', description: 'Name in lists' },
      expires: {
        type: 'text',
        placeholder: 'DAYS|TIME',
        description: 'Expiration: 90d, or an RFC 3339 time; default is never',
      },
      ...CONNECTION_OPTIONS,
    },
    examples: [
      { line: 'waybill token create registry --scope events:write', does: 'for a sender' },
      {
        line: 'waybill token create reg1 --scope events:write --source distribution/reg1',
        does: 'for a single registry',
      },
      {
        line: 'TOKEN=$(waybill token create alice --scope org:admin --expires 90d)',
        does: "for Quay's API, in a script",
      },
    ],
  },
  async ({ options, operands, io }) => {
    if (options.scope.length === 0) {
      throw new CommandError(`missing --scope: one of ${SCOPES.join(', ')}`, { ending: 'usage' })
    }
    const expiresAt = options.expires === undefined ? undefined : endOf(options.expires)
    const body = JSON.stringify({
      user: operands[0],
      name: options.name,
      scopes: options.scope,
      sources: options.source.length > 0 ? options.source : undefined,
      expiresAt,
    })
    const ask = createClient(findConnection(options, io.env))
    const token = await jsonOf(await ask(posted('v1/tokens', body)))
    await write(io.stdout, `${plainLine(String(token['token']))}\n`)
    const end = expiresAt === undefined ? '' : ` It expires at ${expiresAt}.`
    await write(
      io.stderr,
      `This token is shown only now.${end} Its id is ` + `${plainLine(String(token['id']))}.\n`,
    )
    return 'success'
  },
)

/** `waybill token list`: tokens with the names of their users, without secrets. */
export const tokenListCommand = defineCommand(
  {
    name: 'token list',
    summary: 'List tokens, without their secrets',
    description: 'Shows every token of the tenant, or of all tenants to an administrator of all.',
    options: {
      json: { type: 'switch', description: 'As JSON, one per line' },
      ...CONNECTION_OPTIONS,
    },
    examples: [{ line: 'waybill token list', does: 'a table' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    const names = options.json ? new Map() : await userNames(ask)
    const user = memberColumn('USER', 'user')
    const columns = [
      {
        ...user,
        cell: (token: Parameters<typeof user.cell>[0]) =>
          names.get(token['user']) ?? user.cell(token),
      },
      memberColumn('NAME', 'name'),
      memberColumn('EXPIRES', 'expiresAt'),
      memberColumn('REVOKED', 'revokedAt'),
      memberColumn('ID', 'id'),
      { title: 'SCOPES', cell: scopesText },
      { title: 'SOURCES', cell: sourcesText },
    ]
    const listing = { path: 'v1/tokens', columns, whenEmpty: 'no tokens' }
    await showListing(listing, ask, { io, json: options.json })
    return 'success'
  },
)

/** `waybill token revoke`: revokes a token by its id. */
export const tokenRevokeCommand = defineCommand(
  {
    name: 'token revoke',
    summary: 'Revoke a token',
    operands: 'ID',
    description: 'Takes effect with the next request. `waybill token list` shows the ids.',
    operandCount: { min: 1, max: 1 },
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill token revoke 0198c5a2-…', does: 'by id' }],
  },
  async ({ options, operands, io }) => {
    const ask = createClient(findConnection(options, io.env))
    await ask({ method: 'DELETE', path: `v1/tokens/${encodeURIComponent(operands[0] ?? '')}` })
    await write(io.stdout, 'revoked\n')
    return 'success'
  },
)

function scopesText(token: Members): string {
  const scopes = Array.isArray(token['scopes']) ? token['scopes'] : []
  return SCOPES.every((scope) => scopes.includes(scope)) ? 'all' : scopes.join(' ')
}

function sourcesText(token: Members): string {
  return Array.isArray(token['sources']) ? token['sources'].join(' ') : ''
}

function endOf(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1]
  if (days !== undefined) return new Date(Date.now() + Number(days) * DAY_MS).toISOString()
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return text
  throw new CommandError('--expires: expected days such as 90d, or an RFC 3339 time', {
    ending: 'usage',
  })
}
