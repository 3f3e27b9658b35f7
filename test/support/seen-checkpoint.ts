import { expect } from 'vitest'
import { type Checkpoint, parseCheckpoint } from '../../src/ledger/checkpoint/checkpoint.ts'
import { verifySubtreeProof } from '../../src/ledger/proof/subtree-proof.ts'
import { jsonOf, type WaybillProcess } from './waybill-process.ts'

/** A client that remembers the latest checkpoint that it saw, as witnesses and auditors do. */
export class SeenCheckpoint {
  #seen: Checkpoint | undefined

  /** Looks at the present checkpoint: it must never be smaller, and must continue the last one. */
  async look(waybill: WaybillProcess): Promise<void> {
    const answer = await waybill.request('/v1/ledger/checkpoint')
    const text = await answer.text()
    expect([answer.status, text]).toEqual([200, expect.any(String)])
    const now = parseCheckpoint(text)
    const seen = this.#seen
    this.#seen = now
    // Any tree continues the one without events.
    if (seen === undefined || seen.size === 0) return
    expect(now.size).toBeGreaterThanOrEqual(seen.size)
    if (now.size === seen.size) {
      expect(now.rootHash).toEqual(seen.rootHash)
      return
    }
    const path = `/v1/ledger/consistency?from=${seen.size}&to=${now.size}`
    const { hashes } = await jsonOf<{ hashes: readonly string[] }>(waybill.request(path))
    const proof = hashes.map((hash) => Buffer.from(hash, 'base64'))
    const range = { start: 0, end: seen.size, hash: seen.rootHash }
    const isContinued = verifySubtreeProof({
      ...{ ...range, size: now.size, root: now.rootHash, proof },
    })
    expect({ from: seen.size, to: now.size, isContinued }).toMatchObject({ isContinued: true })
  }

  /** As `look`, of a server that may be killed meanwhile. Answers whether it was there. */
  async lookIfThere(waybill: WaybillProcess): Promise<boolean> {
    try {
      await this.look(waybill)
      return true
    } catch (error) {
      if (error instanceof TypeError) return false
      throw error
    }
  }
}
