import { generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { checkpointText, parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import {
  NOTE_SIGNATURES_MAX,
  NoteError,
  noteOf,
  parseNote,
  signatureLine,
  verifyNote,
} from '../../../../src/ledger/checkpoint/signed-note.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import {
  KEY_TYPES,
  parseVerifierKey,
  verifierKeyOf,
} from '../../../../src/ledger/checkpoint/verifier-key.ts'

// The example of the package golang.org/x/mod/sumdb/note.
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_SIGNATURE =
  'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM='
const GO_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann ${GO_SIGNATURE}
`

const HEAD = { size: 12, rootHash: Buffer.alloc(32, 7) }
const LOG = 'logs.example.com/waybill'

test('a note that another implementation signed is read and verified', () => {
  const key = parseVerifierKey(GO_KEY)
  expect(key.text).toBe(GO_KEY)
  expect(verifyNote(parseNote(GO_NOTE), [key])).toEqual([{ key }])
  const changed = parseNote(GO_NOTE.replace('answer', 'question'))
  expect(() => verifyNote(changed, [key])).toThrow(NoteError)
})

test('a checkpoint says what was signed, under the signature of each key', () => {
  const keys = SigningKeys.make(LOG).withNewKey()
  const text = keys.sign(HEAD)
  const checkpoint = parseCheckpoint(text)
  expect(checkpoint).toMatchObject({ logName: LOG, size: 12, rootHash: HEAD.rootHash, text })
  const verified = verifyNote(checkpoint.note, keys.verifierKeys())
  expect(verified.map(({ key }) => key.text)).toEqual(
    keys.verifierKeys().map(({ text: key }) => key),
  )
  expect(verifyNote(checkpoint.note, SigningKeys.make(LOG).verifierKeys())).toEqual([])
})

test('lines of unknown keys are skipped, sixteen of them and more', () => {
  const keys = SigningKeys.make(LOG)
  const stranger = SigningKeys.make('stranger.example').verifierKeys()[0]
  if (stranger === undefined) throw new Error('no key')
  const strangers = Array.from(
    { length: 17 },
    () => `${signatureLine(stranger, Buffer.alloc(64))}\n`,
  )
  const note = parseNote(keys.sign(HEAD) + strangers.join(''))
  expect(note.signatures).toHaveLength(18)
  expect(verifyNote(note, keys.verifierKeys())).toHaveLength(1)
})

test('a signature of an algorithm that is not known is skipped', () => {
  const text = checkpointText({ logName: LOG, ...HEAD })
  const note = noteOf(text, [`— ${LOG} ${Buffer.alloc(2424, 6).toString('base64')}`])
  expect(verifyNote(parseNote(note), SigningKeys.make(LOG).verifierKeys())).toEqual([])
})

test('a cosignature covers the time and the note', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const witness = verifierKeyOf('witness.example/w1', publicKey, KEY_TYPES.cosignature)
  expect(parseVerifierKey(witness.text)).toMatchObject({ type: KEY_TYPES.cosignature })
  const text = checkpointText({ logName: LOG, ...HEAD })
  const cosign = (seconds: number, stated = seconds) => {
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(stated))
    const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
    const signature = Buffer.concat([time, sign(null, message, privateKey)])
    return parseNote(noteOf(text, [signatureLine(witness, signature)]))
  }
  expect(verifyNote(cosign(1_700_000_000), [witness])).toEqual([
    { key: witness, seconds: 1_700_000_000 },
  ])
  expect(() => verifyNote(cosign(1_700_000_000, 1_700_000_001), [witness])).toThrow(NoteError)
})

test.each([
  ['without signatures', 'a\n1\nb\n'],
  ['whose end is missing', GO_NOTE.slice(0, -1)],
  ['with a line that is no signature', `${GO_NOTE}hello\n`],
  ['with a signature that is only an id', `a\n\n— name ${Buffer.alloc(4).toString('base64')}\n`],
  ['with a control character', GO_NOTE.replace('answer', 'an\tswer')],
  ['of too many signatures', GO_NOTE + '— a AAAAAAAA\n'.repeat(NOTE_SIGNATURES_MAX)],
  ['that is too large', `${'a'.repeat(70_000)}\n\n— a AAAAAAAA\n`],
])('a note %s is refused', (_what, note) => {
  expect(() => parseNote(note)).toThrow(NoteError)
})

test.each([
  ['a size with a zero in front', '012', Buffer.alloc(32).toString('base64')],
  ['a size that is no number', 'x', Buffer.alloc(32).toString('base64')],
  ['a size beyond what is counted', '9007199254740992', Buffer.alloc(32).toString('base64')],
  ['a root that is too short', '1', Buffer.alloc(31).toString('base64')],
  ['a root with stray bits', '1', `${'A'.repeat(42)}B=`],
])('a checkpoint with %s is refused', (_what, size, root) => {
  const note = noteOf(`${LOG}\n${size}\n${root}\n`, ['— a AAAAAAAA'])
  expect(() => parseCheckpoint(note)).toThrow(NoteError)
})

test.each([
  ['nothing', ''],
  ['a name with a space', GO_KEY.replace('PeterNeumann', 'Peter Neumann')],
  ['the id of another key', GO_KEY.replace('c74f20a3', 'c74f20a4')],
  ['an unknown algorithm', 'PeterNeumann+c74f20a3+CRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
])('%s is no verifier key', (_what, text) => {
  expect(() => parseVerifierKey(text)).toThrow()
})
