import { readFile } from 'node:fs/promises'
import type { Environment } from './table/environment.ts'

/** Where a password stands: exactly one of these is given. */
export interface PasswordPlace {
  readonly password?: string | undefined
  readonly passwordFile?: string | undefined
  readonly passwordVariable?: string | undefined
}

/**
 * Reads a password from where the configuration says that it is. Of a file the first line counts:
 * a password may hold blanks, and editors end a file with a line feed.
 *
 * @throws Error whose message names the place, never the password.
 */
export async function readPassword(
  place: PasswordPlace,
  environment: Environment,
): Promise<string> {
  const { password, passwordFile, passwordVariable = '' } = place
  if (password !== undefined) return given(password, 'password')
  if (passwordFile !== undefined) return given(await firstLine(passwordFile), passwordFile)
  return given(environment[passwordVariable] ?? '', `the variable ${passwordVariable}`)
}

async function firstLine(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8')
    return text.split(/\r?\n/, 1)[0] ?? ''
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new Error(`the password file ${file} cannot be read (${reason})`, { cause: error })
  }
}

function given(text: string, place: string): string {
  if (text !== '') return text
  throw new Error(`there is no password in ${place}`)
}
