import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ifThere } from '../../core/files.ts'
import { type CheckpointBody, checkpointText } from './checkpoint.ts'
import { noteOf, signatureLine } from './signed-note.ts'
import { type VerifierKey, verifierKeyOf } from './verifier-key.ts'

/** Most keys that sign at once: the present one and those that it replaces. */
export const SIGNING_KEYS_MAX = 8

/** A private key with its public half. */
interface SigningKey {
  readonly privateKey: KeyObject
  readonly verifier: VerifierKey
}

/** The keys that sign the checkpoints of one log, oldest first. */
export class SigningKeys {
  readonly logName: string
  readonly #keys: readonly SigningKey[]

  private constructor(logName: string, keys: readonly SigningKey[]) {
    this.logName = logName
    this.#keys = keys
  }

  /** One new key. */
  static make(logName: string): SigningKeys {
    return new SigningKeys(logName, [newKey(logName)])
  }

  /**
   * Reads the file of keys: PEM texts of PKCS #8, oldest first.
   * @returns undefined when there is no such file.
   * @throws Error for a file that holds anything else.
   */
  static async read(path: string, logName: string): Promise<SigningKeys | undefined> {
    const text = await ifThere(readFile(path, 'utf8'))
    if (text === undefined) return undefined
    try {
      const pems = text.match(/-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/g) ?? []
      const keys = pems.map((pem) => signingKey(createPrivateKey(pem), logName))
      if (keys.length > 0 && keys.length <= SIGNING_KEYS_MAX) return new SigningKeys(logName, keys)
    } catch (error) {
      throw damaged(path, error)
    }
    throw damaged(path)
  }

  /** What `read` reads. */
  fileText(): string {
    return this.#keys
      .map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }))
      .join('')
  }

  /** The public halves, oldest first. */
  verifierKeys(): readonly VerifierKey[] {
    return this.#keys.map(({ verifier }) => verifier)
  }

  /** The same keys and a new one. @throws RangeError when there are too many. */
  withNewKey(): SigningKeys {
    if (this.#keys.length >= SIGNING_KEYS_MAX) throw new RangeError('too many keys sign at once')
    return new SigningKeys(this.logName, [...this.#keys, newKey(this.logName)])
  }

  /** The newest key alone. */
  withoutOldKeys(): SigningKeys {
    return new SigningKeys(this.logName, this.#keys.slice(-1))
  }

  /** The signed note of a checkpoint, with a signature of each key. */
  sign(head: Omit<CheckpointBody, 'logName'>): string {
    const text = checkpointText({ logName: this.logName, ...head })
    const lines = this.#keys.map(({ privateKey, verifier }) =>
      signatureLine(verifier, sign(null, Buffer.from(text), privateKey)),
    )
    return noteOf(text, lines)
  }
}

function newKey(logName: string): SigningKey {
  return signingKey(generateKeyPairSync('ed25519').privateKey, logName)
}

function signingKey(privateKey: KeyObject, logName: string): SigningKey {
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('not a key of Ed25519')
  return { privateKey, verifier: verifierKeyOf(logName, createPublicKey(privateKey)) }
}

function damaged(path: string, cause?: unknown): Error {
  return new Error(`${path} holds no signing keys; restore it from a backup`, { cause })
}
