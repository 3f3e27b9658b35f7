import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar } from 'modern-tar'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unpackEvidence, withUnpacked } from '../../../../src/cli/client/evidence-archive.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-unpacking-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const CONTENT = 'x'.repeat(1_000)

function archiveOf(...names: readonly string[]): Promise<Uint8Array> {
  const files = names.map((name) => ({ header: { name, size: CONTENT.length }, body: CONTENT }))
  return packTar(files)
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 700) yield bytes.subarray(start, start + 700)
}

test('the files of an export are unpacked, also by names that tar itself gives them', async () => {
  const names = ['checkpoint', 'policy', 'events.ndjson', './tile/0/000', 'tile/0/x001/234.p/7']
  const folder = join(directory, 'evidence')
  await unpackEvidence(piecesOf(await archiveOf(...names)), `${folder}/`)
  for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toBe(CONTENT)
})

test.each([
  ...['../outside', '/tmp/outside', 'tile/../../outside', 'tile/0/1', 'tile', 'key'],
  ...['tile/0/000/../../../outside', 'policy/checkpoint'],
])('an archive with %s is refused, and nothing of it stays', async (name) => {
  const archive = piecesOf(await archiveOf('checkpoint', name))
  const folder = join(directory, 'evidence')
  await expect(unpackEvidence(archive, folder)).rejects.toMatchObject({ ending: 'unreadable' })
  expect(readdirSync(directory)).toEqual([])
})

test('an archive with a link is refused', async () => {
  const link = { name: 'policy', size: 0, type: 'symlink', linkname: '/etc/passwd' } as const
  const archive = piecesOf(await packTar([{ header: link }]))
  const folder = join(directory, 'evidence')
  await expect(unpackEvidence(archive, folder)).rejects.toMatchObject({ ending: 'unreadable' })
})

test('an archive that ends early at any block leaves nothing behind', async () => {
  const whole = await archiveOf('checkpoint', 'policy')
  const file = join(directory, 'cut.tar')
  for (let bytes = 0; bytes < whole.length; bytes += 512) {
    writeFileSync(file, whole.subarray(0, bytes))
    let used = ''
    const use = async (folder: string) => {
      used = folder
    }
    await expect(withUnpacked(file, use), `${bytes} bytes`).rejects.toThrow()
    expect(used).toBe('')
  }
})

test('the error of an answer that breaks off is kept, and no folder appears', async () => {
  const whole = await archiveOf('checkpoint', 'policy')
  const broken = async function* () {
    yield whole.subarray(0, 2_000)
    throw new Error('the connection was closed')
  }
  const folder = join(directory, 'evidence')
  await expect(unpackEvidence(broken(), folder)).rejects.toThrow('the connection was closed')
  expect(readdirSync(directory)).toEqual([])
})

test('a folder with files is left as it is', async () => {
  writeFileSync(join(directory, 'events.ndjson'), '')
  const archive = piecesOf(await archiveOf('checkpoint'))
  await expect(unpackEvidence(archive, directory)).rejects.toThrow('is not empty')
  expect(readdirSync(directory)).toEqual(['events.ndjson'])
})

test('a temporary folder is gone after its use', async () => {
  const file = join(directory, 'team.tar')
  writeFileSync(file, await archiveOf('checkpoint'))
  const used = await withUnpacked(file, async (folder) => folder)
  expect(existsSync(used)).toBe(false)
})
