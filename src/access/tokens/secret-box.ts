import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Bytes of the key that everything here is derived from. */
export const SECRET_BOX_KEY_BYTES = 32
const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts and authenticates texts with AES-256-GCM (NIST SP 800-38D) and a random nonce. One box
 * per purpose: a text sealed for one cannot be opened by another.
 */
export interface SecretBox {
  /** base64url of nonce, tag and ciphertext. */
  seal(text: string): string
  /** The text; undefined when it was not sealed by this box and this key. */
  open(sealed: string): string | undefined
}

/**
 * A box for one purpose.
 *
 * @param key `SECRET_BOX_KEY_BYTES` random bytes; each purpose gets a key of its own made of it.
 * @param purpose what the texts are, as a constant.
 */
export function createSecretBox(key: Uint8Array, purpose: string): SecretBox {
  const ownKey = Buffer.from(hkdfSync('sha256', key, '', `waybill ${purpose}`, 32))
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, ownKey, nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      // Other spellings of the same bytes would be other texts with the same meaning.
      if (bytes.toString('base64url') !== sealed) return undefined
      const decipher = createDecipheriv(CIPHER, ownKey, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
      try {
        return Buffer.concat([opened, decipher.final()]).toString('utf8')
      } catch {
        // Nothing of what does not carry its tag is looked at.
        return undefined
      }
    },
  }
}
