import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { openWitnesses } from '../../../../src/server/witnesses/own-witnesses.ts'
import { witnessKey } from '../../../support/witness-key.ts'

const keys = SigningKeys.make('logs.example.com/waybill')
const witness = witnessKey('witness.example/w1')
const WITNESSES = `witness w1 ${witness.key.text} http://127.0.0.1:9/\nquorum w1\n`
const HEAD = { size: 5, rootHash: Buffer.alloc(32, 5) }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-witnesses-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(policy: string | undefined, kept?: string) {
  const policyFile = join(folder, 'policy')
  const file = join(folder, 'kept')
  if (policy !== undefined) writeFileSync(policyFile, policy)
  if (kept !== undefined) writeFileSync(file, kept)
  const ledger = { policyFile, witnessSeconds: 10 }
  return openWitnesses({ settings: { ledger }, keys, file })
}

/** What a file holds after a round. */
function keptText(signed: string): string {
  const { text } = parseCheckpoint(signed).note
  const checkpoint = `${signed}${witness.cosign(text, 1_800_000_000)}\n`
  const state = { key: witness.key.text, size: 5, cosignedSeconds: 1_800_000_000 }
  return JSON.stringify({ checkpoint, witnesses: [state] })
}

test('what was cosigned before a restart is served again', async () => {
  const rounds = await open(WITNESSES, keptText(keys.sign(HEAD)))
  expect(rounds?.witnessed?.size).toBe(5)
  expect(rounds?.states()).toMatchObject([{ name: 'w1', size: 5, cosignedSeconds: 1_800_000_000 }])
})

test.each([
  ['is missing', undefined],
  ['is cut off', '{"checkpoint":'],
  ['is of another form', '{"witnesses":[{"key":1}]}'],
  ['is empty', ''],
])('a file of cosignatures that %s stops no start', async (_what, kept) => {
  const rounds = await open(WITNESSES, kept)
  expect(rounds?.witnessed).toBeUndefined()
  expect(rounds?.states()).toMatchObject([{ name: 'w1', size: 0 }])
})

test('a kept checkpoint is served only if the ledger signed it', async () => {
  const stranger = SigningKeys.make(keys.logName)
  expect((await open(WITNESSES, keptText(stranger.sign(HEAD))))?.witnessed).toBeUndefined()
})

test('a policy that names the ledger, and one that names no log, are for it', async () => {
  const vkey = keys.verifierKeys()[0]?.text
  expect(await open(`log ${vkey}\n${WITNESSES}`)).toBeDefined()
  expect(await open(WITNESSES)).toBeDefined()
})

test('a policy of other logs, a wrong one and a missing one say so at start', async () => {
  const other = SigningKeys.make('other.example').verifierKeys()[0]?.text
  await expect(open(`log ${other}\n${WITNESSES}`)).rejects.toThrow(
    /^ledger\.policyFile: .*policy has lines `log`, but none of logs\.example\.com\/waybill$/,
  )
  await expect(open(`${WITNESSES}quorum w1\n`)).rejects.toThrow(
    /^ledger\.policyFile: .*policy: line 3: a second quorum$/,
  )
  rmSync(join(folder, 'policy'))
  await expect(open(undefined)).rejects.toThrow(/^ledger\.policyFile: ENOENT/)
})
