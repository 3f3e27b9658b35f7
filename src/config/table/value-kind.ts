import { isIP } from 'node:net'
import { resolve } from 'node:path'

/** A single value of a configuration file. */
export type RawScalar = string | number | boolean

/** A value before it is parsed: a string, or what a configuration file holds. */
export type RawValue = RawScalar | readonly RawScalar[]

/** A kind of value that settings can have: how it is parsed, and the message when it cannot be. */
export interface ValueKind<Value> {
  /** Represents the value in usage lines: `DIR`, `HOST:PORT`. */
  readonly placeholder: string
  /** The phrase after `expected` in messages. */
  readonly expected: string
  /** Whether a wrong value may hold a secret, so that no message repeats it. */
  readonly secret: boolean
  /** Whether a configuration file may hold a list of values; absent for a single value. */
  readonly takesList?: true
  /** The kind of each value of a list; an option of a command has one value and may be repeated. */
  readonly each?: ValueKind<unknown>
  /** Parses a value; undefined when it is not of this kind. */
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

/** A path, resolved against the working directory. */
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

/** An address, or a CIDR range (RFC 4632 section 3.1). */
export const addressRange: ValueKind<string> = {
  placeholder: 'ADDRESS',
  expected: 'an address such as 10.0.0.1 or a range such as 10.0.0.0/8',
  secret: false,
  read(raw) {
    const [address = '', bits, ...more] = String(raw).split('/')
    const version = isIP(address)
    const bitsMax = version === 6 ? 128 : 32
    const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax)
    return version !== 0 && isRange && more.length === 0 ? String(raw) : undefined
  },
}

/** An HTTP URL. It may hold a user and a password, so no message repeats it. */
export const httpUrl: ValueKind<string> = {
  placeholder: 'URL',
  expected: 'an http:// or https:// URL',
  secret: true,
  read(raw) {
    const url = URL.canParse(String(raw)) ? new URL(String(raw)) : undefined
    return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.href : undefined
  },
}

/** The base of links to this server. A query or fragment would end up in the middle of links. */
export const baseUrl: ValueKind<string> = {
  placeholder: 'URL',
  expected: 'an http:// or https:// URL without user, query and fragment',
  secret: true,
  read(raw) {
    const href = httpUrl.read(raw)
    return href === undefined || /[?#]/.test(href) || new URL(href).username !== ''
      ? undefined
      : href
  },
}

/** A switch. Only `true` and `false` are accepted, so that no other word is misread. */
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

/** One of a few words. */
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

const LOG_NAME_LENGTH_MAX = 256

/** The name of a log in signed notes: a URL without a scheme. */
export const logName: ValueKind<string> = {
  placeholder: 'NAME',
  expected: `a URL without a scheme, of at most ${LOG_NAME_LENGTH_MAX} characters`,
  secret: false,
  read: (raw) =>
    /^[A-Za-z0-9][A-Za-z0-9.:_-]*(?:\/[A-Za-z0-9._~-]+)*$/.test(String(raw)) &&
    String(raw).length <= LOG_NAME_LENGTH_MAX
      ? String(raw)
      : undefined,
}

/** A text that no message repeats: a token, a password. */
export const secretText: ValueKind<string> = {
  placeholder: 'SECRET',
  expected: 'a non-empty text',
  secret: true,
  read: (raw) => (typeof raw === 'string' && raw !== '' ? raw : undefined),
}

/** A text without spaces and control characters. */
export const plainText = (placeholder: string, lengthMax: number): ValueKind<string> => ({
  placeholder,
  expected: `1 to ${lengthMax} characters without spaces`,
  secret: false,
  read(raw) {
    const text = String(raw)
    const isPlain = text !== '' && text.length <= lengthMax && !/[\p{Cc}\s]/u.test(text)
    return isPlain ? text : undefined
  },
})

/** Several values: a list in a file, separated by commas elsewhere. */
export const several = <Value>(kind: ValueKind<Value>): ValueKind<readonly Value[]> => ({
  placeholder: `${kind.placeholder},…`,
  expected: `a list, each ${kind.expected}`,
  secret: kind.secret,
  takesList: true,
  each: kind,
  read(raw) {
    const items = typeof raw === 'object' ? raw : String(raw).split(',')
    const values = items.map((item) => kind.read(typeof item === 'string' ? item.trim() : item))
    return values.every((value) => value !== undefined) ? values : undefined
  },
})

/** A calendar day in ISO 8601. */
export const calendarDay: ValueKind<string> = {
  placeholder: 'YYYY-MM-DD',
  expected: 'a day such as 2026-11-22',
  secret: false,
  read(raw) {
    const text = String(raw)
    const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
    const isDay = date !== undefined && !Number.isNaN(date.getTime())
    // Date reads February 30th as March 2nd.
    return isDay && date.toISOString().startsWith(text) ? text : undefined
  },
}

/** The name of an environment variable (POSIX.1-2017, section 8.1). */
export const environmentName: ValueKind<string> = {
  placeholder: 'VARIABLE',
  expected: 'the name of an environment variable',
  secret: false,
  read: (raw) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(raw)) ? String(raw) : undefined),
}

/** A fixed UTC offset in RFC 3339 form; parsed to minutes east of UTC. */
export const utcOffset: ValueKind<number> = {
  placeholder: '+HH:MM',
  expected: 'Z or an offset from UTC such as +08:00 or -03:30',
  secret: false,
  read(raw) {
    const text = String(raw)
    if (text === 'Z') return 0
    const { sign, hours, minutes } =
      /^(?<sign>[+-])(?<hours>0\d|1[0-4]):(?<minutes>[0-5]\d)$/.exec(text)?.groups ?? {}
    if (sign === undefined) return undefined
    const ahead = Number(hours) * 60 + Number(minutes)
    return sign === '-' && ahead > 0 ? -ahead : ahead
  },
}
