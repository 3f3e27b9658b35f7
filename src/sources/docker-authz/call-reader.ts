import { createHash, randomUUID } from 'node:crypto'
import { formatTimestamp } from '../../core/timestamp.ts'
import type { CallIntake } from '../called-source.ts'
import type { DeadLetter, Translation } from '../source.ts'
import { ActReader } from './act-reader.ts'
import type { EngineDirectory } from './engine-directory.ts'
import { openEnvelope } from './envelope.ts'
import type { PluginCall } from './plugin-server.ts'
import { translateAct } from './translate.ts'

/** Why a request has no event, for the metrics. */
const CHANGES_NOTHING = 'request that changes nothing'

/** Makes events of the calls of one daemon, after they were answered. */
export class CallReader {
  readonly #acts: ActReader
  readonly #begun: Promise<CallIntake>
  readonly #reading = new Set<Promise<void>>()

  /** @param engine the daemon, to be asked what names mean. */
  constructor(engine: EngineDirectory | undefined, begun: Promise<CallIntake>) {
    this.#acts = new ActReader(engine)
    this.#begun = begun
  }

  /** Learns what there is, of a daemon that called before this process began. */
  begin(): void {
    this.#acts.learnAll()
  }

  /** Begins to read a call. */
  hear(call: PluginCall): void {
    const reading = this.#read(call).finally(() => this.#reading.delete(reading))
    this.#reading.add(reading)
  }

  /** Resolves once everything that was heard is handed over. */
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
      intake.trouble(error, 'a call of Docker could not be read')
      intake.take(letterAlone(call, 'the adapter failed on it'))
    }
  }

  #foresee(call: PluginCall): void {
    const envelope = openEnvelope(call)
    if ('request' in envelope) this.#acts.begin(envelope.request)
  }

  async #translate(call: PluginCall, time: string): Promise<Translation> {
    const envelope = openEnvelope(call)
    if ('unreadable' in envelope) return letterAlone(call, envelope.unreadable)
    const act = await this.#acts.end(envelope.request)
    if (act === undefined) {
      return { events: [], deadLetters: [], skipped: { [CHANGES_NOTHING]: 1 } }
    }
    return { events: [{ ...translateAct(act), time }], deadLetters: [], skipped: {} }
  }
}

/**
 * A call that could not be read. Its text is left out, since it may hold credentials; its digest
 * tells it from others, and its own number from another of the same text, which is another call.
 */
function letterAlone({ body, bytes }: PluginCall, reason: string): Translation {
  const call = randomUUID()
  const sha256 = createHash('sha256').update(body).digest('hex')
  const letter: DeadLetter = { reason, body: Buffer.from(JSON.stringify({ bytes, call, sha256 })) }
  return { events: [], deadLetters: [letter], skipped: {} }
}
