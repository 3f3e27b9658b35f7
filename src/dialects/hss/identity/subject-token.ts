import type { Directory } from '../../../access/directory/directory.ts'
import type { SecretBox } from '../../../access/tokens/secret-box.ts'
import { isMembers } from '../../../core/json/json.ts'
import type { Clock } from '../../../core/time/timestamp.ts'

/** Lifetime of a token, whether it is used or not, in microseconds: one day. */
const LIFETIME_MICROS = 86_400 * 1_000_000

/** The content of a token from `POST /v3/auth/tokens`. */
export interface SubjectToken {
  readonly userId: string
  /** The tenant whose project it is for; undefined when it is only for the account. */
  readonly tenant: string | undefined
  readonly issuedMicros: number
  readonly expiresMicros: number
}

/** The result of reading a token. */
export type TokenReading =
  | { readonly outcome: 'valid'; readonly token: SubjectToken }
  | { readonly outcome: 'expired'; readonly token: SubjectToken }
  | { readonly outcome: 'unknown' }

/** What issuing and checking tokens needs. */
export interface SubjectTokensOptions {
  readonly box: SecretBox
  readonly directory: Pick<Directory, 'passwordMark'>
  readonly clock: Clock
}

/**
 * Encrypted tokens that contain their owner. Nothing is stored about them: scripts get a new token
 * for every call, and none may end another. A token ends after a day, when its user is deleted, or
 * when the user's password changes; the user's rights are looked up at each use.
 */
export class SubjectTokens {
  readonly #options: SubjectTokensOptions

  constructor(options: SubjectTokensOptions) {
    this.#options = options
  }

  /** Makes a token for a user who just entered their password. */
  issue(userId: string, tenant: string | undefined): { text: string; token: SubjectToken } {
    const { box, clock, directory } = this.#options
    const issuedMicros = clock()
    const token = { userId, tenant, issuedMicros, expiresMicros: issuedMicros + LIFETIME_MICROS }
    const passwordMark = directory.passwordMark(userId)
    return { text: box.seal(JSON.stringify({ ...token, passwordMark })), token }
  }

  /** Reads a client's token. */
  read(text: string): TokenReading {
    const { box, clock, directory } = this.#options
    const opened = box.open(text)
    if (opened === undefined) return { outcome: 'unknown' }
    const said: unknown = JSON.parse(opened)
    const { userId, tenant, issuedMicros, expiresMicros, passwordMark } = isMembers(said)
      ? said
      : {}
    if (typeof userId !== 'string' || directory.passwordMark(userId) !== passwordMark) {
      return { outcome: 'unknown' }
    }
    const token = {
      userId,
      tenant: typeof tenant === 'string' ? tenant : undefined,
      issuedMicros: Number(issuedMicros),
      expiresMicros: Number(expiresMicros),
    }
    return { outcome: clock() < token.expiresMicros ? 'valid' : 'expired', token }
  }
}
