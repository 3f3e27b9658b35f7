import { randomInt } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Fault, invalidValue } from '../../core/errors.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import type { Announce, Directory } from '../directory/directory.ts'
import { requireUser } from '../directory/named-user.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable } from '../records/record-table.ts'
import type { AccessKeyInfo, AccessKeyKeeper, FoundAccessKey } from './access-keys.ts'
import type { SecretBox } from './secret-box.ts'

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** 103 random bits. */
const ACCESS_KEY_LENGTH = 20
/** 238 random bits. */
const SECRET_KEY_LENGTH = 40

/** The record of an access key, of kind `access-key`, under the key itself; `user` is an id. */
const AccessKeyRecord = Type.Object({
  user: Type.String(),
  createdAt: Type.String(),
  sealedSecret: Type.String(),
})
type AccessKeyRecord = Static<typeof AccessKeyRecord>

/** Where access keys are kept, and whose they are. */
export interface AccessKeysOptions {
  readonly records: RecordStore
  readonly directory: Pick<Directory, 'user' | 'users'>
  readonly clock: Clock
  /** Encrypts the secrets. */
  readonly box: SecretBox
}

/** Reads the access keys into memory. Throws as `openTable` does. */
export async function openAccessKeys(options: AccessKeysOptions): Promise<AccessKeyKeeper> {
  const form = { kind: 'access-key', schema: AccessKeyRecord }
  return new AccessKeysInTable(options, await openTable(options.records, form))
}

class AccessKeysInTable implements AccessKeyKeeper {
  readonly #options: AccessKeysOptions
  readonly #keys: RecordTable<AccessKeyRecord>

  constructor(options: AccessKeysOptions, keys: RecordTable<AccessKeyRecord>) {
    this.#options = options
    this.#keys = keys
  }

  async create(tenant: string | null, user: string, announce?: Announce<AccessKeyInfo>) {
    const { directory, clock, box } = this.#options
    const owner = requireUser(directory, tenant, user)
    if (owner.kind === 'organization') {
      throw invalidValue(
        '/user',
        'a user, robot or service; an organization asks for nothing itself',
      )
    }
    const accessKey = randomText(CAPITALS, ACCESS_KEY_LENGTH)
    const secretKey = randomText(LETTERS, SECRET_KEY_LENGTH)
    const record = {
      user: owner.id,
      createdAt: formatTimestamp(clock()),
      // Sealed together with its name: a record under another name opens to nothing.
      sealedSecret: box.seal(`${accessKey} ${secretKey}`),
    }
    await announce?.(infoOf(accessKey, record))
    await this.#keys.put(accessKey, record)
    return { ...infoOf(accessKey, record), secretKey }
  }

  list(tenant: string | null): readonly AccessKeyInfo[] {
    return [...this.#keys.rows]
      .filter(([, { user }]) => this.#sees(tenant, user))
      .map(([accessKey, record]) => infoOf(accessKey, record))
  }

  async remove(
    tenant: string | null,
    accessKey: string,
    announce?: Announce<AccessKeyInfo>,
  ): Promise<void> {
    const record = this.#keys.rows.get(accessKey)
    if (record === undefined || !this.#sees(tenant, record.user)) {
      throw new Fault('resource.missing', { detail: 'there is no such access key' })
    }
    await announce?.(infoOf(accessKey, record))
    await this.#keys.remove(accessKey)
  }

  async removeAllOf(user: string): Promise<void> {
    for (const [accessKey, record] of [...this.#keys.rows]) {
      if (record.user === user) await this.#keys.remove(accessKey)
    }
  }

  find(accessKey: string): FoundAccessKey | undefined {
    const record = this.#keys.rows.get(accessKey)
    if (record === undefined) return undefined
    const [name, secretKey] = this.#options.box.open(record.sealedSecret)?.split(' ') ?? []
    return { user: record.user, secretKey: name === accessKey ? secretKey : undefined }
  }

  #sees(tenant: string | null, userId: string): boolean {
    return this.#options.directory.user(tenant, userId) !== undefined
  }
}

function infoOf(accessKey: string, { user, createdAt }: AccessKeyRecord): AccessKeyInfo {
  return { accessKey, user, createdAt }
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}
