import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { requireCommands, run } from './commands.ts'
import { eventually } from './eventually.ts'

const MEBIBYTE = 1024 * 1024
/** What a filler is made of: large pieces first, then what still fits. */
const FILLER_PIECES_BYTES = [MEBIBYTE, 4096]

/**
 * Mount options of a volume. Nothing but a sync brings anything to the disk: the file system
 * neither commits by itself, nor writes the bytes of a file out before its new name or size.
 */
const MOUNT_OPTIONS = 'loop,commit=600,data=writeback,noauto_da_alloc'

/** A file system of its own (ext4 in a file), whose disk can be full, fail and lose its power. */
export interface DiskVolume {
  /** Where it is mounted: an empty directory at first. */
  readonly directory: string
  /** Fills what is free, to the last block. Again: what has become free since. */
  fill(): void
  /** Removes what `fill` wrote. */
  free(): void
  /**
   * From now on each write to the disk fails with EIO; what is in memory can be read. The temporary
   * directory has to be on ext4, which writes to no file that is immutable.
   */
  fail(): Promise<void>
  /** Ends `fail`; then does what an operator does: unmounts, checks the file system, mounts. */
  repair(): Promise<void>
  /** Takes down what the disk holds at this moment: what was synced, and little more. */
  photograph(): Promise<void>
  /** Goes back to the photograph, as after a power loss: what was in memory alone is gone. */
  losePower(): Promise<void>
  /** Unmounts it, and removes its file. */
  remove(): Promise<void>
}

/**
 * Makes a volume at a directory, which is made too. Nothing may have files open on it when it is
 * repaired, loses its power or is removed.
 */
export async function makeDiskVolume(directory: string, mebibytes: number): Promise<DiskVolume> {
  requireCommands('mkfs.ext4', 'fsck.ext4', 'chattr', 'mount', 'umount', 'losetup')
  const folder = mkdtempSync(join(tmpdir(), 'waybill-volume-'))
  const image = join(folder, 'image')
  const photograph = join(folder, 'photograph')
  const filler = join(directory, 'filler')
  closeSync(openSync(image, 'w'))
  truncateSync(image, mebibytes * MEBIBYTE)
  await run('mkfs.ext4', '-q', '-F', '-m', '0', image)
  mkdirSync(directory, { recursive: true })
  const mount = () =>
    run('mount', '-o', MOUNT_OPTIONS, image, directory).catch((cause: unknown) => {
      throw new Error('this test makes a volume: run it as root, who may mount one', { cause })
    })
  const unmount = () => run('umount', directory)
  await mount()
  rmdirSync(join(directory, 'lost+found'))
  return {
    directory,
    fill: () => fill(filler),
    free: () => rmSync(filler, { force: true }),
    fail: async () => {
      await run('chattr', '+i', image)
    },
    repair: async () => {
      await run('chattr', '-i', image)
      await unmount()
      // Status 1: errors were found and corrected.
      await run('sh', '-c', 'fsck.ext4 -y -f "$0" || test $? -eq 1', image)
      await mount()
    },
    photograph: () => copyAtOneMoment(image, photograph),
    losePower: async () => {
      await unmount()
      renameSync(photograph, image)
      await mount()
    },
    remove: async () => {
      await run('chattr', '-i', image)
      await unmount()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Goes on behind what it holds already. */
function fill(filler: string): void {
  const file = openSync(filler, 'a')
  try {
    for (const bytes of FILLER_PIECES_BYTES) writeUntilFull(file, Buffer.alloc(bytes, 1))
  } finally {
    closeSync(file)
  }
}

function writeUntilFull(file: number, piece: Buffer): void {
  for (;;) {
    try {
      writeSync(file, piece)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return
      throw error
    }
  }
}

/** Copies the file of a mounted volume, again if the kernel wrote to it meanwhile. */
async function copyAtOneMoment(image: string, copy: string): Promise<void> {
  const found = await run('losetup', '--noheadings', '--output', 'NAME', '--associated', image)
  const figures = `/sys/block/${basename(found.trim())}/stat`
  await eventually(
    async () => {
      const before = readFileSync(figures, 'utf8')
      await run('cp', '--sparse=always', image, copy)
      return [before, readFileSync(figures, 'utf8')]
    },
    ([before, after]) => before === after && isIdle(after),
    { what: 'a moment without a write' },
  )
}

/** The ninth figure of a block device: requests that are on their way. */
function isIdle(figures: string | undefined): boolean {
  return figures?.trim().split(/\s+/)[8] === '0'
}
