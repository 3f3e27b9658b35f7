import { Fault } from '../../../core/errors.ts'

/** The path of a URL and its query, undecoded; the query is empty when there is none. */
export function splitUrl(url: string): readonly [path: string, query: string] {
  return splitOnce(url, '?')
}

/**
 * The names and values of a query, decoded and in order; a parameter without a value has an empty
 * one.
 *
 * @throws Fault `request.malformed` for invalid percent-encoded UTF-8.
 */
export function queryPairs(query: string): readonly (readonly [name: string, value: string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name, value] = splitOnce(pair, '=')
      return [percentDecoded(name), percentDecoded(value)]
    })
}

/**
 * The parameters of a URL, decoded as for its signature, so that the answer is for what was signed.
 * The first of a repeated parameter counts.
 *
 * @throws Fault `request.malformed` for invalid percent-encoded UTF-8.
 */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const [, query] = splitUrl(url)
  return Object.fromEntries([...queryPairs(query)].reverse())
}

/**
 * Decodes percent-encoding, but keeps a plus sign: the vendor's clients write a space as %20.
 *
 * @throws Fault `request.malformed` for invalid percent-encoded UTF-8.
 */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    const detail = 'the URL is not percent-encoded UTF-8'
    throw new Fault('request.malformed', { detail, cause: error })
  }
}

/** Percent-encodes everything except RFC 3986's unreserved characters. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const index = text.indexOf(separator)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
