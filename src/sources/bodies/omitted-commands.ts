import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { redactText } from '../../core/redaction/redact.ts'
import type { CalledSource } from '../called-source.ts'
import { mappedCalledSource, mappedWatchedSource } from '../mapped-source.ts'
import type { DeadLetter, Translation } from '../source.ts'
import type { WatchedSource } from '../watched-source.ts'
import { redactBody } from './redacted-body.ts'

/** How command lines are kept: with secrets redacted, or reduced to the program. */
export type CommandLines = 'redacted' | 'omitted'

/** Replaces a label or another text that holds a command. */
const OMITTED = '[omitted]'
/** The member of `details` that holds an event's command line. */
const COMMAND = 'command'
/** Last words in the names of labels and members that hold commands or their output. */
const HOLDS_COMMANDS =
  /(?:^|[^a-z])(?:commands?|cmds?|entrypoint|args?|arguments|script|exec|run|install|uninstall|healthchecks?|health_?log)$/i
/** An engine's own form of an exec action: a word and the command line. */
const EXEC_ACTION = /^(exec_\w{1,32}):[\s\S]*$/
/** A program's name without its folder. Anything of another form may be a secret. */
const PROGRAM = /^(?:[\w./+-]*\/)?([A-Za-z0-9_][\w.+-]{0,63})$/
/** `NAME=value` before a program. */
const ASSIGNMENT = /^\w+=/

/** A watched source, with command lines kept or omitted. */
export function watchedWith(source: WatchedSource, commandLines: CommandLines): WatchedSource {
  return commandLines === 'redacted' ? source : mappedWatchedSource(source, withoutCommands)
}

/** A called source, with command lines kept or omitted. */
export function calledWith(source: CalledSource, commandLines: CommandLines): CalledSource {
  return commandLines === 'redacted' ? source : mappedCalledSource(source, withoutCommands)
}

/**
 * A translation without command lines. `details.command` is reduced to `details.program`, and a
 * dead letter to its size and digest.
 */
export function withoutCommands({ events, deadLetters, skipped }: Translation): Translation {
  return { events: events.map(withoutCommand), deadLetters: deadLetters.map(digestAlone), skipped }
}

function withoutCommand(event: NewEvent): NewEvent {
  const { details } = event
  if (details === undefined) return event
  const { [COMMAND]: command, ...others } = details
  const program = programOf(command)
  return {
    ...event,
    details: { ...membersWithout(others), ...(program !== undefined && { program }) },
  }
}

function programOf(command: JsonValue | undefined): string | undefined {
  const words = Array.isArray(command) ? command : String(command ?? '').split(/\s+/)
  const first = words.find((word) => typeof word === 'string' && !ASSIGNMENT.test(word))
  const program = typeof first === 'string' ? PROGRAM.exec(first)?.[1] : undefined
  return program === undefined || redactText(program) !== program ? undefined : program
}

function membersWithout(members: JsonObject): JsonObject {
  const entries = Object.entries(members).map(([name, value]) => [
    name,
    HOLDS_COMMANDS.test(name) && value !== null ? OMITTED : valueWithout(value),
  ])
  return Object.fromEntries(entries)
}

function valueWithout(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.replace(EXEC_ACTION, `$1: ${OMITTED}`)
  if (isJsonObject(value)) return membersWithout(value)
  return Array.isArray(value) ? value.map(valueWithout) : value
}

function digestAlone({ reason, body }: DeadLetter): DeadLetter {
  const safe = redactBody(body).body
  const sha256 = createHash('sha256').update(safe).digest('hex')
  return { reason, body: Buffer.from(JSON.stringify({ bytes: body.length, sha256 })) }
}
