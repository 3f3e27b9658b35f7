import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SigningKeys } from '../../../../../src/ledger/checkpoint/signing-keys.ts'
import { TileReader } from '../../../../../src/ledger/tiles/tile-reader.ts'
import { arrayLeaves } from '../../../../support/array-leaves.ts'
import { runInProcess } from '../../../../support/damage/run-in-process.ts'

const SIZE = 40
const NAME = 'logs.example.com/waybill'

const folder = mkdtempSync(join(tmpdir(), 'waybill-strange-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tiles = new TileReader(arrayLeaves(SIZE), () => [])
const tree = { size: SIZE, rootHash: await tiles.subtree({ start: 0, end: SIZE }) }
const keys = SigningKeys.make(NAME)
const vkeyOf = (some: SigningKeys) => some.verifierKeys()[0]?.text ?? ''
const others = SigningKeys.make('logs.example.com/other')
const again = SigningKeys.make(NAME)

const NOTE = keys.sign(tree)
const [BODY = ''] = NOTE.split('\n\n')
/** The signature line of an unknown algorithm or key: a name, and 4 bytes of an id. */
const unknownLine = (number: number) =>
  `— witness.example/${number} ${Buffer.alloc(50, number).toString('base64')}\n`
const linesOf = (count: number) => Array.from({ length: count }, (_, n) => unknownLine(n)).join('')

async function verify(checkpoint: string, vkey = vkeyOf(keys)) {
  const path = join(folder, `tile/0/000.p/${SIZE}`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, (await tiles.read({ level: 0, index: 0, width: SIZE })) ?? '')
  writeFileSync(join(folder, 'checkpoint'), checkpoint)
  const { code, lines } = await runInProcess(['verify', folder, '--key', vkey])
  return [code, lines.at(-2)]
}

const WHOLE = [0, 'unanchored']
const DIVERGED = [10, 'diverged']
const UNREADABLE = [13, 'unreadable']

test.each([
  ['of the ledger', NOTE, WHOLE],
  ['with a signature of an unknown algorithm', NOTE + unknownLine(1), WHOLE],
  ['with 17 signatures', NOTE + linesOf(16), WHOLE],
  ['with more signatures than are read', NOTE + linesOf(64), UNREADABLE],
  ['with signatures of unknown algorithms alone', `${BODY}\n\n${linesOf(2)}`, DIVERGED],
  ['that another key signed under the same name', again.sign(tree), DIVERGED],
  ['of another ledger', others.sign(tree), DIVERGED],
  ['of another size', NOTE.replace(`\n${SIZE}\n`, `\n${SIZE - 1}\n`), DIVERGED],
  ['of another name', NOTE.replace(NAME, 'logs.example.com/other'), DIVERGED],
  ['without a signature', `${BODY}\n`, UNREADABLE],
  ['that is empty', '', UNREADABLE],
])('a checkpoint %s', async (_, checkpoint, verdict) => {
  expect(await verify(checkpoint)).toEqual(verdict)
})

test('the key of another ledger trusts no checkpoint of this one', async () => {
  expect(await verify(NOTE, vkeyOf(others))).toEqual(DIVERGED)
})
