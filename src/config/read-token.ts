import { readFile } from 'node:fs/promises'
import type { Environment } from './table/environment.ts'

/** Where a token stands: exactly one of these is given. */
export interface TokenPlace {
  readonly token?: string | undefined
  readonly tokenFile?: string | undefined
  readonly tokenVariable?: string | undefined
}

/**
 * Reads a token from where the configuration says that it is.
 *
 * @throws Error whose message names the place, never the token.
 */
export async function readToken(place: TokenPlace, environment: Environment): Promise<string> {
  const { token, tokenFile, tokenVariable = '' } = place
  if (token !== undefined) return checked(token, 'token')
  if (tokenFile !== undefined) return checked(await textOf(tokenFile), tokenFile)
  return checked(environment[tokenVariable] ?? '', `the variable ${tokenVariable}`)
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`the token file ${file} cannot be read (${reason})`, { cause: error })
  }
}

/** What cannot stand in a header is refused here: fetch would repeat it in its own error. */
function checked(text: string, place: string): string {
  const token = text.trim()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new Error(`there is no token in ${place}`)
}
