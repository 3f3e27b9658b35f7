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

/** What is kept of command lines: all but their secrets, or nothing but the program. */
export type CommandLines = 'redacted' | 'omitted'

/** What stands in place of a label or another text that holds a command. */
const OMITTED = '[omitted]'
/** The member of `details` that holds the command line of an event. */
const COMMAND = 'command'
/** Last words of names of labels and members that hold commands or what they printed. */
const HOLDS_COMMANDS =
  /(?:^|[^a-z])(?:commands?|cmds?|entrypoint|args?|arguments|script|exec|run|install|uninstall|healthchecks?|health_?log)$/i
/** The action of an engine as it writes it: a word, and the command line. */
const EXEC_ACTION = /^(exec_\w{1,32}):[\s\S]*$/
/** A program without its folder: what looks like anything else may be a secret. */
const PROGRAM = /^(?:[\w./+-]*\/)?([A-Za-z0-9_][\w.+-]{0,63})$/
/** `NAME=value`, in front of a program. */
const ASSIGNMENT = /^\w+=/

/** A source that is connected to, with command lines kept or not. */
export function watchedWith(source: WatchedSource, commandLines: CommandLines): WatchedSource {
  return commandLines === 'redacted' ? source : mappedWatchedSource(source, withoutCommands)
}

/** A source that is called, with command lines kept or not. */
export function calledWith(source: CalledSource, commandLines: CommandLines): CalledSource {
  return commandLines === 'redacted' ? source : mappedCalledSource(source, withoutCommands)
}

/**
 * What a source made of what it was sent, without command lines. Of `details.command` the program
 * is left, as `details.program`; of what could not be read, its size and digest.
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
