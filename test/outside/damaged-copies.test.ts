import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { type Copy, type Damage, damages, harmlessChanges } from '../support/damage/damages.ts'
import { OfflineVerifier } from '../support/damage/offline-verifier.ts'
import { runInProcess } from '../support/damage/run-in-process.ts'
import { eventually } from '../support/eventually.ts'
import { roundsOr } from '../support/rounds.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { useInstalled } from './recipe.ts'
import { runIn } from './run-in.ts'
import { TLOG_PYTHON } from './tlog-recipe.ts'

const CHECK_MS_MAX = 120_000
/** Changes of each kind of copy. */
const CHANGES = roundsOr(80)
const SEED = 20_261_201

/** Tessera's fsck, whose installation takes minutes; absent: its tests are skipped. */
const FSCK = process.env['WAYBILL_FSCK']
/** It hangs after a tile that differs, and ends with 0 whatever it finds. */
const FSCK_MS_MAX = 10_000
const FSCK_SUCCESS = "Successfully fsck'd"

const python = useInstalled(TLOG_PYTHON)
const second = new OfflineVerifier()

const folder = mkdtempSync(join(tmpdir(), 'waybill-damaged-'))
const key = join(folder, 'ledger.vkey')
let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
  await send(300)
  await copyTo('older')
  await send(320)
  await copyTo('newer')
  writeFileSync(key, await (await waybill.request('/v1/ledger/key')).text())
})

afterAll(async () => {
  await second.stop()
  await waybill?.stop()
  rmSync(folder, { recursive: true })
})

async function send(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, number) => {
    const namespace = number % 40 === 0 ? 'team' : 'other'
    const target = { namespace, repository: `app-${number}` }
    return JSON.stringify({ action: 'image.push', time: '2026-11-30T10:00:00Z', target })
  })
  const headers = { 'Content-Type': 'application/x-ndjson' }
  const sent = { method: 'POST', headers, body: lines.join('\n') }
  expect((await waybill.request('/v1/events', sent)).status).toBe(201)
}

/** A mirror, and an export with proofs, of a ledger whose checkpoint is over everything. */
async function copyTo(name: string): Promise<void> {
  const { size } = JSON.parse(await (await waybill.request('/v1/ledger')).text())
  await eventually(
    async () => (await waybill.request('/v1/ledger/checkpoint')).text(),
    (note) => Number(note.split('\n')[1]) >= size,
    { what: 'a checkpoint over everything' },
  )
  const [mirror, exported] = ['mirror', 'export'].map((kind) => join(folder, `${name}-${kind}`))
  const all = [
    ['ledger', 'mirror', mirror ?? ''],
    ['export', '--namespace', 'team', '--proof', exported ?? ''],
  ]
  for (const command of all) expect(await runCommand(waybill, command)).toMatchObject({ code: 0 })
}

function copyIn(name: string): Copy {
  const files = readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const path = join(file.parentPath, file.name)
        return [path.slice(join(folder, name).length + 1), readFileSync(path)]
      }),
  )
}

/** Writes copies to folders, and answers where they are. */
function written(changed: readonly Pick<Damage, 'files'>[]): readonly string[] {
  const places = changed.map((_, index) => join(folder, 'changed', String(index)))
  for (const [index, { files }] of changed.entries()) {
    for (const [path, bytes] of files) {
      const file = join(places[index] ?? '', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, bytes)
    }
  }
  return places
}

interface Verdicts {
  readonly own: Awaited<ReturnType<typeof runInProcess>>
  readonly second: Awaited<ReturnType<OfflineVerifier['run']>>
  readonly aics: { readonly ok: boolean; readonly error?: string }
}

/** What each of the three verifiers says of each copy. */
async function verdictsOn(kind: string, changed: readonly Damage[]): Promise<readonly Verdicts[]> {
  const places = written(changed)
  const list = join(folder, 'list')
  writeFileSync(list, JSON.stringify(places))
  const vkey = readFileSync(key, 'utf8').trim()
  const command = ['venv/bin/python', 'driver.py', 'copies', kind, list, vkey]
  const { copies } = JSON.parse(await runIn(python(), command, CHECK_MS_MAX))
  const verdicts: Verdicts[] = []
  for (const [index, place] of places.entries()) {
    verdicts.push({
      own: await runInProcess(['verify', place, '--key', key]),
      second: await second.run([place, key]),
      aics: copies[index],
    })
  }
  rmSync(join(folder, 'changed'), { recursive: true })
  return verdicts
}

/** Whether the first finding is about what is damaged. */
function isNamed({ places, seqs }: Damage, line: string): boolean {
  if (places.some((place) => line.includes(place))) return true
  const [, first, last] = /^events? (?:among )?(\d+)(?: to (\d+))? of /.exec(line) ?? []
  const [start, end] = [Number(first), Number(last ?? first) + 1]
  if (seqs.some(([from, to]) => start < to && from < end)) return true
  const [, tile] = /^the saved hash (\d+\/\d+) of /.exec(line) ?? []
  return tile !== undefined && places.some((place) => place.startsWith('tile/'))
}

describe.each(['mirror', 'export'])('of a %s', (kind) => {
  test('every change is refused by all verifiers, and the first damage is named', async () => {
    const changed = damages(copyIn(`newer-${kind}`), copyIn(`older-${kind}`), CHANGES, SEED)
    expect(changed).toHaveLength(CHANGES)
    const verdicts = await verdictsOn(kind, changed)
    const wrong = verdicts.flatMap(({ own, second, aics }, index) => {
      const damage = changed[index]
      const isRefused = [10, 11, 12, 13].includes(own.code) && second.code > 0
      const isRefusedByAics = !aics.ok || damage?.isAppended === true
      const isFirst = damage !== undefined && isNamed(damage, own.lines[0] ?? '')
      const said = { name: damage?.name, own, second, aics }
      return isRefused && isRefusedByAics && isFirst ? [] : [said]
    })
    expect(wrong).toEqual([])
  })

  test('what is no part of it can be changed', async () => {
    const changed = harmlessChanges(copyIn(`newer-${kind}`))
    const verdicts = await verdictsOn(kind, changed)
    const codes = verdicts.map(({ own, second, aics }) => [own.code, second.code, aics.ok])
    expect(codes).toEqual(changed.map(() => [0, 0, true]))
  })
})

// Only on request, and not as a skipped test: its build takes two minutes.
if (FSCK !== undefined) {
  test("Tessera's fsck accepts a mirror, and refuses changed ones", async () => {
    const copy = copyIn('newer-mirror')
    const changed = damages(copy, copyIn('older-mirror'), 5, SEED)
    const said: boolean[] = []
    for (const place of written([{ files: copy }, ...changed])) {
      const options = [`--storage_url=file://${place}/`, `--public_key=${key}`, '--ui=false']
      const output = await runIn(folder, [FSCK, ...options], FSCK_MS_MAX).catch(String)
      said.push(output.includes(FSCK_SUCCESS))
    }
    expect(said).toEqual([true, false, false, false, false, false])
  })
}
