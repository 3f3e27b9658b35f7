import { describe, expect, it } from 'vitest'
import { draft, setUpLedger } from '../../support/faulty-ledger.ts'

describe('a restart', () => {
  it('without any snapshot rebuilds tree and filter from the events', async () => {
    const { writer, open, crash, checkLedger } = await setUpLedger()
    const ledger = await open()
    for (let index = 0; index < 700; index += 1)
      await ledger.append({ drafts: [draft(`${index}`)] })
    const { rootHash } = ledger.status()
    crash()
    writer.tiles.clear()
    const again = await open()
    expect(again.status().rootHash).toEqual(rootHash)
    expect(await again.append({ drafts: [draft('699')] })).toMatchObject({ duplicates: 1 })
    await checkLedger(again)
  })

  it('uses the saved tiles and reads only the events after them', async () => {
    const { writer, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    await ledger.append({ drafts: Array.from({ length: 600 }, () => draft()) })
    await ledger.close()
    const readFrom: number[] = []
    const read = writer.canonicalFrom.bind(writer)
    writer.canonicalFrom = (fromSeq) => {
      readFrom.push(fromSeq)
      return read(fromSeq)
    }
    const again = await open()
    expect(readFrom).toEqual([512])
    await checkLedger(again)
  })

  it('notices events that do not give the saved root', async () => {
    const { writer, open } = await setUpLedger()
    const ledger = await open()
    await ledger.append({ drafts: [draft('a'), draft('b')] })
    await ledger.close()
    const [first] = writer.rows
    if (first === undefined) throw new Error('not stored')
    writer.rows.splice(0, 1, { ...first, canonical: first.canonical.replace('push', 'pull') })
    expect((await open()).status().contradiction).toContain('size 2')
  })

  it('counts what is gone, and gives no place in the ledger out twice', async () => {
    const { writer, open } = await setUpLedger()
    const ledger = await open()
    await ledger.append({ drafts: [draft('a'), draft('b'), draft('c')] })
    await ledger.close()
    writer.rows.splice(1)
    const again = await open()
    expect(again.status().contradiction).toContain(
      '3 events were recorded, the store holds 1: 2 are missing; the journal brings 2 events back',
    )
    expect(again.status().size).toBe(3)
    await again.whenReadable(3)
    expect(writer.rows).toHaveLength(3)
  })

  it('notices that the saved head is gone', async () => {
    const { writer, open } = await setUpLedger()
    const ledger = await open()
    await ledger.append({ drafts: [draft()] })
    await ledger.close()
    writer.head = undefined
    expect((await open()).status().contradiction).toContain('the saved tree head is missing')
  })
})
