import { isIP } from 'node:net'
import { resolve } from 'node:path'

/** What a value may look like before it is read: a text, or a scalar of a configuration file. */
export type RawValue = string | number | boolean

/** A kind of value that a setting can have: how it is read, and what is said when it cannot be. */
export interface ValueKind<Value> {
  /** Stands for the value in usage lines: `DIR`, `HOST:PORT`. */
  readonly placeholder: string
  /** What is expected, to follow the word `expected`. */
  readonly expected: string
  /** Whether a wrong value may hold a secret, so that no message repeats it. */
  readonly secret: boolean
  /** The value, or undefined when it is not of this kind. */
  read(raw: RawValue): Value | undefined
}

/** A host and a port to listen on. */
export interface ListenAddress {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  /** 0 lets the system pick a free one. */
  readonly port: number
}

const PORT_MAX = 65_535

/** A path, made absolute against the working directory. */
export const path = (placeholder: 'DIR' | 'FILE'): ValueKind<string> => ({
  placeholder,
  expected: placeholder === 'DIR' ? 'the path of a directory' : 'the path of a file',
  secret: false,
  read: (raw) => (typeof raw === 'string' && raw !== '' ? resolve(raw) : undefined),
})

/** An address to listen on; IPv6 in brackets, as in URLs (RFC 3986 section 3.2.2). */
export const listenAddress: ValueKind<ListenAddress> = {
  placeholder: 'HOST:PORT',
  expected: 'HOST:PORT, such as 127.0.0.1:7480, 0.0.0.0:7480 or [::1]:0',
  secret: false,
  read(raw) {
    const parts = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]\s]+)):(?<port>\d{1,5})$/.exec(String(raw))
    const { v6, host, port } = parts?.groups ?? {}
    if (port === undefined || Number(port) > PORT_MAX) return undefined
    if (v6 !== undefined) return isIP(v6) === 6 ? { host: v6, port: Number(port) } : undefined
    return host === undefined ? undefined : { host, port: Number(port) }
  },
}

/** An HTTP URL; it may hold a user and a password, so no message repeats it. */
export const httpUrl: ValueKind<string> = {
  placeholder: 'URL',
  expected: 'an http:// or https:// URL',
  secret: true,
  read(raw) {
    const url = URL.canParse(String(raw)) ? new URL(String(raw)) : undefined
    return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined
  },
}

/** A switch. Only `true` and `false` are read, so that no word is taken for the other. */
export const yesOrNo: ValueKind<boolean> = {
  placeholder: 'true|false',
  expected: 'true or false',
  secret: false,
  read: (raw) => (String(raw) === 'true' ? true : String(raw) === 'false' ? false : undefined),
}

/** A whole number in decimal digits, from `min` to `max`. */
export const wholeNumber = (min: number, max: number): ValueKind<number> => ({
  placeholder: 'NUMBER',
  expected: `a whole number from ${min} to ${max}`,
  secret: false,
  read(raw) {
    const value = /^\d+$/.test(String(raw)) ? Number(raw) : Number.NaN
    return value >= min && value <= max ? value : undefined
  },
})

/** One of a few words, as they are written. */
export const oneOf = <const Value extends string>(
  placeholder: string,
  values: readonly Value[],
): ValueKind<Value> => ({
  placeholder,
  expected: `one of ${values.join(', ')}`,
  secret: false,
  read: (raw) => values.find((value) => value === String(raw)),
})

/** A name that is safe in file names, URLs and signed notes. */
export const plainName = (lengthMax: number): ValueKind<string> => ({
  placeholder: 'NAME',
  expected: `1 to ${lengthMax} letters, digits, dots, dashes or underscores`,
  secret: false,
  read: (raw) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(String(raw)) && String(raw).length <= lengthMax
      ? String(raw)
      : undefined,
})
