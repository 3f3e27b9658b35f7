import { createHash, randomUUID } from 'node:crypto'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { CallIntake } from '../../called-source.ts'
import type { DeadLetter, Translation } from '../../source.ts'
import { type EngineRequest, openEnvelope } from '../envelope.ts'
import type { EngineDirectory } from '../names/engine-directory.ts'
import type { PluginCall } from '../plugin-server.ts'
import { translateAct } from '../translate.ts'
import { deniedEvent, numbered, pendingEvent } from './act-events.ts'
import { ActReader } from './act-reader.ts'
import { AnnouncedCalls } from './announced-calls.ts'

/** Why a request has no event, for the metrics. */
const CHANGES_NOTHING = 'request that changes nothing'
/** Dead-letter reason of a call that was opened but not translated. */
const ADAPTER_FAILED = 'the adapter failed to translate it'
/** Log message. */
const UNREADABLE = 'a call from Docker could not be read'

/** A request that is about to be carried out and must be recorded first. */
export interface AnnouncedCall {
  /** The record to store before it is allowed. Never rejects. */
  pending(): Promise<Translation>
  /** Begins to record its denial, with the reason. */
  deny(reason: string): void
}

/** Translates the calls of one daemon to events: announced requests and their ends. */
export class CallReader {
  readonly #acts: ActReader
  readonly #announced = new AnnouncedCalls()
  readonly #begun: Promise<CallIntake>
  readonly #reading = new Set<Promise<void>>()

  /** @param engine the daemon to query for the meaning of names. */
  constructor(engine: EngineDirectory | undefined, begun: Promise<CallIntake>) {
    this.#acts = new ActReader(engine)
    this.#begun = begun
  }

  /** Learns the containers of a daemon that called before this process started. */
  begin(): void {
    this.#acts.learnAll()
  }

  /**
   * Announces a request that is about to be carried out; undefined when it changes nothing and is
   * not recorded. Never throws: a call that cannot be read is recorded as a dead letter.
   */
  announce(call: PluginCall): AnnouncedCall | undefined {
    try {
      const envelope = openEnvelope(call)
      if ('unreadable' in envelope) return this.#unreadable(call, envelope.unreadable)
      this.#acts.begin(envelope.request)
      if (this.#acts.asKnown(envelope.request) === undefined) return undefined
      return this.#announce(call, envelope.request)
    } catch (error) {
      this.#trouble(error)
      return this.#unreadable(call, ADAPTER_FAILED)
    }
  }

  /** Begins to read a call. */
  hear(call: PluginCall): void {
    const reading = this.#read(call).finally(() => this.#reading.delete(reading))
    this.#reading.add(reading)
  }

  /** Resolves once every received call has been passed on. */
  async settled(): Promise<void> {
    while (this.#reading.size > 0) await Promise.all(this.#reading)
  }

  async #read(call: PluginCall): Promise<void> {
    const intake = await this.#begun
    try {
      if (call.kind === 'activate') this.#acts.learnAll()
      else if (call.kind === 'request') this.#foresee(call)
      else intake.take(await this.#translate(call, formatTimestamp(intake.clock())))
    } catch (error) {
      intake.trouble(error, UNREADABLE)
      intake.take(letterAlone(call, ADAPTER_FAILED))
    }
  }

  #announce(call: PluginCall, request: EngineRequest): AnnouncedCall {
    const number = this.#announced.announce(request)
    const announcedMicros = this.#begun.then(({ clock }) => clock())
    return {
      pending: async () => {
        try {
          const act = await this.#acts.ahead(request)
          const time = formatTimestamp(await announcedMicros)
          return eventAlone(act && { ...pendingEvent(act, number), time })
        } catch (error) {
          this.#trouble(error)
          return letterAlone(call, ADAPTER_FAILED)
        }
      },
      deny: (reason) => {
        this.#announced.withdraw(request, number)
        const act = this.#acts.asKnown(request)
        this.#take(async () => {
          const time = formatTimestamp(await announcedMicros)
          return eventAlone(act && { ...deniedEvent(act, number, reason), time })
        })
      },
    }
  }

  /** A denial is a dead letter of its own, since the first one may still get recorded. */
  #unreadable(call: PluginCall, reason: string): AnnouncedCall {
    return {
      pending: async () => letterAlone(call, reason),
      deny: (denial) => this.#take(async () => letterAlone(call, `${reason}; denied: ${denial}`)),
    }
  }

  #take(translate: () => Promise<Translation>): void {
    const taking = this.#begun
      .then(async ({ take }) => take(await translate()))
      .finally(() => this.#reading.delete(taking))
    this.#reading.add(taking)
  }

  #trouble(error: unknown): void {
    void this.#begun.then(({ trouble }) => trouble(error, UNREADABLE))
  }

  #foresee(call: PluginCall): void {
    const envelope = openEnvelope(call)
    if ('request' in envelope) this.#acts.begin(envelope.request)
  }

  async #translate(call: PluginCall, time: string): Promise<Translation> {
    const envelope = openEnvelope(call)
    if ('unreadable' in envelope) return letterAlone(call, envelope.unreadable)
    const number = this.#announced.end(envelope.request)
    const act = await this.#acts.end(envelope.request)
    if (act === undefined) {
      return { events: [], deadLetters: [], skipped: { [CHANGES_NOTHING]: 1 } }
    }
    return eventAlone({ ...numbered(translateAct(act), number), time })
  }
}

function eventAlone(event: NewEvent | undefined): Translation {
  return { events: event === undefined ? [] : [event], deadLetters: [], skipped: {} }
}

/**
 * A dead letter for a call that could not be read. It leaves out the text, which may hold
 * credentials. The digest identifies the text, and a random number the call, since two calls may
 * have the same text.
 */
function letterAlone({ body, bytes }: PluginCall, reason: string): Translation {
  const call = randomUUID()
  const sha256 = createHash('sha256').update(body).digest('hex')
  const letter: DeadLetter = { reason, body: Buffer.from(JSON.stringify({ bytes, call, sha256 })) }
  return { events: [], deadLetters: [letter], skipped: {} }
}
