import { generateKeyPairSync, sign } from 'node:crypto'
import { signatureLine } from '../../src/ledger/checkpoint/signed-note.ts'
import {
  KEY_TYPES,
  type VerifierKey,
  verifierKeyOf,
} from '../../src/ledger/checkpoint/verifier-key.ts'

/** The key of a witness. */
export interface WitnessKey {
  readonly key: VerifierKey
  /** The line of a cosignature over the lines of a checkpoint, made at a time. */
  cosign(text: string, seconds: number): string
}

/** A new key under a name. */
export function witnessKey(name: string): WitnessKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = verifierKeyOf(name, publicKey, KEY_TYPES.cosignature)
  return {
    key,
    cosign(text, seconds) {
      const time = Buffer.alloc(8)
      time.writeBigUInt64BE(BigInt(seconds))
      const message = Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
      return signatureLine(key, Buffer.concat([time, sign(null, message, privateKey)]))
    },
  }
}
