import { GRANT_ROLES } from '../../access/directory/principal.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import { CommandError } from '../command-error.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import { listOf, memberColumn, showListing } from '../terminal/listing.ts'
import { plainLine } from '../terminal/plain-line.ts'
import { AMBIGUOUS_NAME, posted } from './user.ts'

/** `waybill grant add`: grants a right on a namespace or a repository. */
export const grantAddCommand = defineCommand(
  {
    name: 'grant add',
    summary: 'Grant a user a right on a namespace or a repository',
    operands: 'USER',
    description: `Rights: ${GRANT_ROLES.join(', ')}. In Quay's API, the logs of a namespace or a
repository are visible to users with \`admin\` on it.

USER is a name or an id. ${AMBIGUOUS_NAME}`,
    operandCount: { min: 1, max: 1 },
    options: {
      role: { type: 'text', placeholder: 'ROLE', description: `${GRANT_ROLES.join(', ')}` },
      namespace: { type: 'text', placeholder: 'NAME', description: 'The namespace' },
      repository: {
        type: 'text',
        placeholder: 'NAME',
        description: 'Only this repository; default is the whole namespace',
      },
      ...CONNECTION_OPTIONS,
    },
    examples: [
      { line: 'waybill grant add alice --role admin --namespace team', does: 'a whole namespace' },
      {
        line: 'waybill grant add bob --role read --namespace team --repository app',
        does: 'one repository',
      },
    ],
  },
  async ({ options, operands, io }) => {
    const { role, namespace, repository } = options
    if (role === undefined || namespace === undefined) {
      throw new CommandError(`missing --${role === undefined ? 'role' : 'namespace'}`, {
        ending: 'usage',
        hint: 'waybill grant add --help',
      })
    }
    const body = JSON.stringify({ user: operands[0], role, namespace, repository })
    const ask = createClient(findConnection(options, io.env))
    const grant = await jsonOf(await ask(posted('v1/grants', body)))
    const place = repository === undefined ? namespace : `${namespace}/${repository}`
    const line = `granted ${operands[0]} ${role} on ${place}, id ${String(grant['id'])}`
    await write(io.stdout, `${plainLine(line)}\n`)
    return 'success'
  },
)

/** `waybill grant list`: rights with the names of their users. */
export const grantListCommand = defineCommand(
  {
    name: 'grant list',
    summary: 'List rights',
    description: 'Shows every grant of the tenant, or of all tenants to an administrator of all.',
    options: {
      json: { type: 'switch', description: 'As JSON, one per line' },
      ...CONNECTION_OPTIONS,
    },
    examples: [{ line: 'waybill grant list', does: 'a table' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    const names = options.json ? new Map() : await userNames(ask)
    const user = memberColumn('USER', 'user')
    const columns = [
      {
        ...user,
        cell: (grant: Parameters<typeof user.cell>[0]) =>
          names.get(grant['user']) ?? user.cell(grant),
      },
      memberColumn('ROLE', 'role'),
      memberColumn('NAMESPACE', 'namespace'),
      memberColumn('REPOSITORY', 'repository'),
      memberColumn('ID', 'id'),
    ]
    const listing = { path: 'v1/grants', columns, whenEmpty: 'no grants' }
    await showListing(listing, ask, { io, json: options.json })
    return 'success'
  },
)

/** `waybill grant delete`: revokes a right by its id. */
export const grantDeleteCommand = defineCommand(
  {
    name: 'grant delete',
    summary: 'Revoke a right',
    operands: 'ID',
    description: 'Takes effect with the next request. `waybill grant list` shows the ids.',
    operandCount: { min: 1, max: 1 },
    options: CONNECTION_OPTIONS,
    examples: [{ line: 'waybill grant delete 0198c5a2-…', does: 'by id' }],
  },
  async ({ options, operands, io }) => {
    const ask = createClient(findConnection(options, io.env))
    await ask({ method: 'DELETE', path: `v1/grants/${encodeURIComponent(operands[0] ?? '')}` })
    await write(io.stdout, 'deleted\n')
    return 'success'
  },
)

/** User names by id, because grants and tokens contain only the user's id. */
export async function userNames(ask: Parameters<typeof listOf>[1]): Promise<Map<unknown, string>> {
  const users = await listOf('v1/users', ask)
  return new Map(users.map((user) => [user['id'], String(user['name'])]))
}
