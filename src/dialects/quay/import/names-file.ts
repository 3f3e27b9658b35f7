import { readFile, stat } from 'node:fs/promises'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { ImportError } from '../../collecting/importer.ts'
import { fileReason } from './archive/archive-file.ts'
import type { NameSource, QuayAccount } from './row-names.ts'

/** Largest file of names, in bytes; it is read into memory. */
const NAMES_BYTES_MAX = 256 * 1024 * 1024

/**
 * The names in a JSON file: `kinds`, `users` and `repositories`, each an object by id. A user is a
 * name, or an object with `name`, `email` and `robot`.
 *
 * @throws ImportError that names the file and the problem.
 */
export async function readNamesFile(path: string): Promise<NameSource> {
  const file = await readObject(path)
  const unknown = Object.keys(file).find((key) => !['kinds', 'users', 'repositories'].includes(key))
  if (unknown !== undefined) {
    throw new ImportError(`${path}: ${unknown}: expected kinds, users and repositories`)
  }
  const kinds = readNames(path, file, { key: 'kinds', read: nameOf })
  const accounts = readNames(path, file, { key: 'users', read: accountOf })
  const repositories = readNames(path, file, { key: 'repositories', read: nameOf })
  return {
    namesOf: async () => ({
      kind: (id) => kinds.get(id),
      account: (id) => accounts.get(id),
      repository: (id) => repositories.get(id),
    }),
  }
}

async function readObject(path: string): Promise<Members> {
  const text = await readText(path)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ImportError(`${path}: not JSON`, { cause: error })
  }
  if (!isMembers(value)) throw new ImportError(`${path}: expected a JSON object`)
  return value
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size <= NAMES_BYTES_MAX) return await readFile(path, 'utf8')
  } catch (error) {
    throw new ImportError(`${path}: ${fileReason(error)}`, { cause: error })
  }
  throw new ImportError(`${path}: expected a file of at most ${NAMES_BYTES_MAX} bytes`)
}

function readNames<Name>(
  path: string,
  file: Members,
  { key, read }: { readonly key: string; readonly read: (value: unknown) => Name | undefined },
): ReadonlyMap<number, Name> {
  const names = new Map<number, Name>()
  const members = file[key] ?? {}
  if (!isMembers(members)) throw new ImportError(`${path}: ${key}: expected an object by id`)
  for (const [id, value] of Object.entries(members)) {
    const name = read(value)
    if (!/^\d{1,15}$/.test(id) || name === undefined) {
      throw new ImportError(`${path}: ${key}: ${id}: expected an id and a name`)
    }
    names.set(Number(id), name)
  }
  return names
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function accountOf(value: unknown): QuayAccount | undefined {
  if (!isMembers(value)) {
    const name = nameOf(value)
    // Quay writes a robot as its owner's name, a plus sign and its own name.
    return name === undefined ? undefined : { name, isRobot: name.includes('+') }
  }
  const name = nameOf(value['name'])
  const email = nameOf(value['email'])
  if (name === undefined) return undefined
  const isRobot = value['robot'] === undefined ? name.includes('+') : value['robot'] === true
  return { name, email, isRobot }
}
