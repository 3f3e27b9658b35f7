import { isMembers, type Members } from '../../core/json/json.ts'
import { CONNECTION_OPTIONS, findConnection } from '../client/connection-options.ts'
import { createClient, jsonOf } from '../client/server-client.ts'
import { write } from '../command-io.ts'
import { defineCommand } from '../define-command.ts'
import type { Ending } from '../exit-code.ts'
import { plainLine } from '../terminal/plain-line.ts'
import { byteSize, grouped } from '../terminal/progress.ts'

/** `waybill status`: version, ledger and store of a server. */
export const statusCommand = defineCommand(
  {
    name: 'status',
    summary: 'Show the status of a server and its ledger',
    description: 'Exits with 1 when the stored events do not match the records of the ledger.',
    options: { json: { type: 'switch', description: 'As one JSON object' }, ...CONNECTION_OPTIONS },
    examples: [{ line: 'waybill status', does: 'version, ledger, store' }],
  },
  async ({ options, io }) => {
    const ask = createClient(findConnection(options, io.env))
    const status = await jsonOf(await ask({ path: 'v1/status' }))
    const { rootHash, size } = await jsonOf(await ask({ path: 'v1/ledger' }))
    const ledger: Members = { ...membersAt(status, 'ledger'), size, rootHash }
    const text = options.json
      ? `${JSON.stringify({ ...status, ledger })}\n`
      : report({ ...status, ledger })
    await write(io.stdout, text)
    const ending: Ending = ledger['contradiction'] === undefined ? 'success' : 'failure'
    return ending
  },
)

function report(status: Members): string {
  const ledger = membersAt(status, 'ledger')
  const queued = ledger['queuedEvents']
  const waiting = queued === undefined ? '' : `, ${grouped(Number(queued))} waiting`
  const lines: readonly (readonly [string, unknown])[] = [
    ['version', status['version']],
    ['up', duration(Number(status['uptimeSeconds']))],
    ['origin', status['origin']],
    ['ledger', `${eventCount(ledger['size'])}${waiting}`],
    ['root', ledger['rootHash']],
    ...(ledger['journalBytes'] === undefined ? [] : [['journal', journalText(ledger)] as const]),
    ...publishedLines(ledger),
    ['store', isMembers(status['store']) ? storeText(status['store']) : 'does not answer'],
  ]
  const { contradiction } = ledger
  const problem = contradiction === undefined ? [] : [['PROBLEM', contradiction] as const]
  return [...lines, ...skippedLines(status), ...problem]
    .map(([name, value]) => `${name.padEnd(9)}${plainLine(String(value))}\n`)
    .join('')
}

/** How far the store lags behind the events accepted into the journal. */
function journalText(ledger: Members): string {
  const behind = membersAt(ledger, 'behind')
  const size = byteSize(Number(ledger['journalBytes']))
  const reads = ledger['reads'] === 'unavailable' ? ', reads are unavailable' : ''
  return `${size}, store is ${eventCount(behind['events'])} behind${reads}`
}

/** The signed size of the ledger, and its last verification. */
function publishedLines(ledger: Members): readonly (readonly [string, unknown])[] {
  const { checkpoint, verification, readOnly } = ledger
  const lines: (readonly [string, unknown])[] = []
  if (isMembers(checkpoint)) lines.push(['signed', eventCount(checkpoint['size'])])
  lines.push(...witnessLines(ledger))
  if (isMembers(verification) && verification['events'] !== 0) {
    const { events, verdict, finishedAt } = verification
    lines.push(['verified', `${eventCount(events)}, ${verdict}, at ${finishedAt}`])
  }
  if (readOnly !== undefined) lines.push(['READONLY', readOnly])
  return lines
}

/** What each witness cosigned last, and why it does not at present. */
function witnessLines({ witnesses }: Members): readonly (readonly [string, unknown])[] {
  const known = Array.isArray(witnesses) ? witnesses.filter(isMembers) : []
  return known.map(({ name, size, cosignedAt, problem }) => {
    const cosigned = cosignedAt === undefined ? '' : `, ${eventCount(size)}, at ${cosignedAt}`
    return ['witness', `${name}${cosigned}${problem === undefined ? '' : `, ${problem}`}`]
  })
}

/** An administrator of one tenant sees only the number of its events. */
function storeText(store: Members): string {
  const events = Number(store['rows'])
  if (store['bytes'] === undefined) return `${eventCount(events)} of the tenant`
  const bytes = Number(store['bytes'])
  const each = events > 0 ? `, ${(bytes / events).toFixed(1)} bytes per event` : ''
  return `${eventCount(events)}, ${byteSize(bytes)}${each}`
}

/** What the server's rules skipped, so that nothing is skipped unnoticed. */
function skippedLines({ skipped }: Members): readonly (readonly [string, unknown])[] {
  const counts = Array.isArray(skipped) ? skipped.filter(isMembers) : []
  return counts.map(({ source, rule, events }) => [
    'skipped',
    `${eventCount(events)} of ${String(source)} by the rule ${String(rule)}`,
  ])
}

function eventCount(count: unknown): string {
  return count === 1 ? '1 event' : `${grouped(Number(count))} events`
}

function membersAt(members: Members, name: string): Members {
  const value = members[name]
  return isMembers(value) ? value : {}
}

function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
