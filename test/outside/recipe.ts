import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { runIn } from './run-in.ts'

/** How to install the check of an outsider. */
export interface Recipe {
  /** Also its folder here. */
  readonly name: string
  /** Say which toolchain there is; one that cannot be run is missing. */
  readonly toolchain: readonly (readonly string[])[]
  /** Run in a copy of the folder. They may use the network. */
  readonly install: readonly (readonly string[])[]
}

/** Longest time for one step of an installation, in milliseconds. */
const STEP_MS_MAX = 600_000

/** The tests fail where an outsider cannot be installed, instead of being skipped. */
const isRequired = process.env['WAYBILL_OUTSIDE'] === '1'

/**
 * Installs an outsider before the tests of a suite. Where that is not possible they are skipped,
 * which standard error says with the reason, or fail when `WAYBILL_OUTSIDE=1`.
 *
 * @returns the folder of the installation, for the tests and hooks that follow.
 */
export function useInstalled(recipe: Recipe): () => string {
  let folder: string | undefined
  let problem: string | undefined
  let skipped = 0
  beforeAll(async () => {
    try {
      folder = await installed(recipe)
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
  }, STEP_MS_MAX * recipe.install.length)
  beforeEach(({ skip }) => {
    if (problem === undefined) return
    if (isRequired) throw new Error(problem)
    skipped += 1
    skip(problem)
  })
  afterAll(() => {
    if (skipped === 0) return
    process.stderr.write(`\nSKIPPED: ${skipped} tests of ${recipe.name}: ${problem}\n`)
  })
  return () => {
    if (folder === undefined) throw new Error(`${recipe.name} is not installed`)
    return folder
  }
}

/** Where an outsider is installed, which is done once for each state of its folder. */
async function installed(recipe: Recipe): Promise<string> {
  const source = fileURLToPath(new URL(recipe.name, import.meta.url))
  const hash = createHash('sha256').update(JSON.stringify(recipe))
  for (const command of recipe.toolchain) hash.update(await runIn(source, command, STEP_MS_MAX))
  for (const path of (await readdir(source, { recursive: true })).sort()) {
    hash.update(path).update(await readFile(join(source, path)).catch(() => ''))
  }
  const target = join(cacheFolder(), `${recipe.name}-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(target)) return target
  // Only a whole installation gets its name, and another run may be faster.
  const partial = `${target}.${process.pid}`
  try {
    await mkdir(cacheFolder(), { recursive: true })
    await cp(source, partial, { recursive: true })
    for (const command of recipe.install) await runIn(partial, command, STEP_MS_MAX)
    await rename(partial, target)
  } catch (error) {
    if (!existsSync(target)) throw error
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return target
}

function cacheFolder(): string {
  const folder = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(folder, 'waybill-outside')
}
