import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ifThere, SECRET_MODE, writeDurably } from '../../../src/core/files.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-files-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('a file that is missing has no content, and any other failure is an error', async () => {
  expect(await ifThere(readFile(join(folder, 'missing')))).toBeUndefined()
  await expect(ifThere(readFile(folder))).rejects.toMatchObject({ code: 'EISDIR' })
})

test('a file is replaced as a whole, and nothing else is left behind', async () => {
  const path = join(folder, 'file')
  await writeDurably(path, 'long content')
  await writeDurably(path, Buffer.from('short'))
  expect(readFileSync(path, 'utf8')).toBe('short')
  expect(readdirSync(folder)).toEqual(['file'])
})

test('content that cannot be written leaves the file as it was', async () => {
  const path = join(folder, 'file')
  await writeDurably(path, 'old')
  const failure = writeDurably(path, async (file) => {
    await file.writeFile('ne')
    throw new Error('disk full')
  })
  await expect(failure).rejects.toThrow('disk full')
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('a secret is for its owner alone, whatever an interrupted write left behind', async () => {
  const path = join(folder, 'secret')
  writeFileSync(`${path}.part`, 'left behind')
  chmodSync(`${path}.part`, 0o644)
  await writeDurably(path, 'secret', SECRET_MODE)
  expect(statSync(path).mode & 0o777).toBe(SECRET_MODE)
})
