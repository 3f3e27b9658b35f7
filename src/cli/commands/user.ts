import { ROLES, USER_KINDS } from '../../access/directory/principal.ts'
import type { Members } from '../../core/json/json.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import { CommandError } from '../command-error.ts'
import type { CommandIo } from '../command-io.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { listOf, memberColumn, showListing } from '../terminal/listing.ts'
import { plainLine } from '../terminal/plain-line.ts'

/**
 * Longest password read from standard input, in UTF-16 units; the server has a limit of its own.
 */
const PASSWORD_INPUT_LENGTH_MAX = 10_000

/** Help about user names, for all commands that take a user. */
export const AMBIGUOUS_NAME = `If users of several tenants have this name, the command lists their
ids; use one of these instead.`

/** `waybill user create`: a person, robot, service or organization. */
export const userCreateCommand = defineCommand(
  {
    name: 'user create',
    summary: 'Create a user, robot, service or organization',
    operands: 'NAME',
    description: `A user sees nothing without a role (in the whole tenant) or a grant
(\`waybill grant add\`), and authenticates with a token (\`waybill token create\`).

Roles: ${ROLES.join(', ')}. Auditors can read everything in their tenant; writers can only send.`,
    operandCount: { min: 1, max: 1 },
    options: {
      email: { type: 'text', placeholder: 'ADDRESS', description: 'E-mail address' },
      kind: {
        type: 'text',
        placeholder: 'KIND',
        description: `${USER_KINDS.join(', ')}; default ${USER_KINDS[0]}`,
      },
      role: {
        type: 'texts',
        placeholder: 'ROLE',
        description: 'Role in the tenant; may be repeated',
      },
      tenant: {
        type: 'text',
        placeholder: 'NAME',
        description: 'Tenant of the user; default is the default tenant',
      },
      'password-stdin': { type: 'switch', description: 'Read the password from standard input' },
      ...CONNECTION_OPTIONS,
    },
    examples: [
      { line: 'waybill user create alice --email alice@example.com', does: 'a person' },
      { line: 'waybill user create registry --kind service --role writer', does: 'a sender' },
      { line: 'waybill user create team --kind organization', does: 'a namespace of Quay' },
    ],
  },
  async ({ options, operands, io }) => {
    const { email, kind, role, tenant } = options
    const password = options['password-stdin'] ? await readPassword(io) : undefined
    const roles = role.length === 0 ? undefined : role
    const body = JSON.stringify({ name: operands[0], email, kind, roles, tenant, password })
    const ask = createClient(findConnection(options, io.env))
    const user = await jsonOf(await ask(posted('v1/users', body)))
    await write(
      io.stdout,
      `${plainLine(
        `created ${String(user['kind'])} ${String(user['name'])}, id ${String(user['id'])}`,
      )}\n`,
    )
    return 'success'
  },
)

/** `waybill user list`: users with their roles. */
export const userListCommand = defineCommand(
  {
    name: 'user list',
    summary: 'List users',
    description: 'Shows every user of the tenant, or of all tenants to an administrator of all.',
    options: {
      json: { type: 'switch', description: 'As JSON, one per line' },
      ...CONNECTION_OPTIONS,
    },
    examples: [{ line: 'waybill user list', does: 'a table' }],
  },
  async ({ options, io }) => {
    const columns = [
      memberColumn('NAME', 'name'),
      memberColumn('KIND', 'kind'),
      { title: 'TENANT', cell: (user: Members) => String(user['tenant'] ?? 'all') },
      memberColumn('ROLES', 'roles'),
      memberColumn('EMAIL', 'email'),
      memberColumn('ID', 'id'),
    ]
    const listing = { path: 'v1/users', columns, whenEmpty: 'no users' }
    await showListing(listing, createClient(findConnection(options, io.env)), {
      io,
      json: options.json,
    })
    return 'success'
  },
)

/** `waybill user delete`: deletes a user with its grants and tokens, by name or id. */
export const userDeleteCommand = defineCommand(
  {
    name: 'user delete',
    summary: 'Delete a user with its grants and tokens',
    operands: 'NAME',
    description: `Takes a name or an id. ${AMBIGUOUS_NAME}

Events that name the user remain unchanged.`,
    operandCount: { min: 1, max: 1 },
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill user delete alice', does: 'by name' }],
  },
  async ({ options, operands, io }) => {
    const name = operands[0] ?? ''
    const ask = createClient(findConnection(options, io.env))
    const users = await listOf('v1/users', ask)
    const found = users.filter((user) => user['name'] === name || user['id'] === name)
    const [user] = found
    if (user === undefined)
      throw new CommandError(`there is no user ${JSON.stringify(name)}`, { ending: 'failure' })
    if (found.length > 1) {
      const ids = found.map(({ id, tenant }) => `  ${String(id)} (${tenantText(tenant)})`)
      const first = `${found.length} users are named ${JSON.stringify(name)}; use one of these ids:`
      throw new CommandError([first, ...ids.map(plainLine)].join('\n'), {
        ending: 'failure',
        hint: 'waybill user list',
      })
    }
    await ask({ method: 'DELETE', path: `v1/users/${encodeURIComponent(String(user['id']))}` })
    await write(
      io.stdout,
      `${plainLine(`deleted ${String(user['name'])}, its grants and its tokens`)}\n`,
    )
    return 'success'
  },
)

function tenantText(tenant: unknown): string {
  return typeof tenant === 'string' ? `tenant ${tenant}` : 'all tenants'
}

/** A request that creates something from a JSON body. */
export function posted(path: string, body: string) {
  return { method: 'POST', path, body, headers: { 'Content-Type': 'application/json' } } as const
}

async function readPassword(io: CommandIo): Promise<string> {
  if (io.stdin.isTTY === true) {
    throw new CommandError(
      '--password-stdin: pipe the password in; typed here, it would be visible',
      {
        ending: 'usage',
      },
    )
  }
  let text = ''
  for await (const chunk of io.stdin) {
    text += String(chunk)
    if (text.length > PASSWORD_INPUT_LENGTH_MAX) {
      throw new CommandError('--password-stdin: standard input is too long for a password', {
        ending: 'usage',
      })
    }
  }
  const password = text.replace(/\r?\n$/, '')
  if (password === '')
    throw new CommandError('--password-stdin: standard input is empty', { ending: 'usage' })
  return password
}
