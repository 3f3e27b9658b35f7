import { isMembers, type Members } from '../../../core/json/json.ts'
import { CONNECTION_OPTIONS, findConnection } from '../../client/connection-options.ts'
import { createClient, jsonOf } from '../../client/server-client.ts'
import { write } from '../../command-io.ts'
import { defineCommand } from '../../define-command.ts'
import { plainLine } from '../../terminal/plain-line.ts'
import { grouped } from '../../terminal/progress.ts'

/** `waybill ledger statement`: what a tenant has in the ledger, as an event of that tenant. */
export const ledgerStatementCommand = defineCommand(
  {
    name: 'ledger statement',
    summary: 'State how many events a tenant has, and the root over them',
    description: `Records an event ledger.statement and prints what it states. Without events
since the last statement, that one is printed. \`waybill verify\` compares all statements with the
stored events, and with --complete-from the events of an export with its statements.

The token needs the scope ledger:read and a user who may read all events of the tenant.`,
    options: {
      tenant: {
        type: 'text',
        placeholder: 'NAME',
        description: 'For administrators of the installation (default: the default tenant)',
      },
      json: { type: 'switch', description: 'Print the event as JSON' },
      ...CONNECTION_OPTIONS,
    },
    examples: [{ line: 'waybill ledger statement', does: 'states the events up to now' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    const query = new URLSearchParams(
      options.tenant === undefined ? [] : [['tenant', options.tenant]],
    )
    const signal = io.interruption()
    const answer = await ask({ method: 'POST', path: 'v1/ledger/statement', query, signal })
    const event = await jsonOf(answer)
    await write(io.stdout, options.json ? `${JSON.stringify(event)}\n` : statementText(event))
    return 'success'
  },
)

function statementText({ tenant, seq, details }: Members): string {
  const { from, to, count, rootHash } = isMembers(details) ? details : {}
  const seqs = `seqs ${from} to ${Number(to) - 1}`
  const lines = [
    `${plainLine(String(tenant))}: ${grouped(Number(count))} events in ${seqs}`,
    `root ${plainLine(String(rootHash))}`,
    `stated by event ${seq}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}
