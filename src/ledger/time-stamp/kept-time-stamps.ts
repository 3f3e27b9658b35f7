import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { ifThere, writeDurably } from '../../core/files.ts'

const FILE = /^(\d{1,15})\.json$/

const KeptSchema = Type.Object({
  /** Events under the checkpoint. */
  size: Type.Integer({ minimum: 0 }),
  /** RFC 3339, by the authority's clock. */
  time: Type.String(),
  authority: Type.String(),
  /** The signed note that was stamped, byte for byte. */
  checkpoint: Type.String(),
  /** The reply that proves it, DER in base64. */
  reply: Type.String(),
})

/** A time stamp of a checkpoint, as it is kept. */
export type KeptTimeStamp = Static<typeof KeptSchema>

/**
 * The time stamps of a ledger, each a file named by the size of its checkpoint, about 5 KB. All are
 * kept: each is about events that later ones cannot date as early.
 */
export class KeptTimeStamps {
  readonly #directory: string

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Resolves once it is on disk. */
  async add(stamp: KeptTimeStamp): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    await writeDurably(this.#pathOf(stamp.size), `${JSON.stringify(stamp)}\n`)
  }

  /** The time stamp of the checkpoint of a size; undefined without a readable one. */
  async get(size: number): Promise<KeptTimeStamp | undefined> {
    const text = await ifThere(readFile(this.#pathOf(size), 'utf8'))
    if (text === undefined) return undefined
    try {
      const kept: unknown = JSON.parse(text)
      return Value.Check(KeptSchema, kept) ? kept : undefined
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  /** The latest readable ones, of the largest checkpoint first. */
  async latest(count: number): Promise<readonly KeptTimeStamp[]> {
    const names = (await ifThere(readdir(this.#directory))) ?? []
    const sizes = names.flatMap((name) => FILE.exec(name)?.[1] ?? []).map(Number)
    const found: KeptTimeStamp[] = []
    for (const size of sizes.toSorted((one, other) => other - one)) {
      if (found.length === count) break
      const stamp = await this.get(size)
      if (stamp !== undefined) found.push(stamp)
    }
    return found
  }

  #pathOf(size: number): string {
    return join(this.#directory, `${size}.json`)
  }
}
