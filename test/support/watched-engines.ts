import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ContainerEngineProcess, startDocker, startPodman } from './container-engine.ts'

/** The engines of a test, by the names that Waybill knows them by. */
export const ENGINE_NAMES = ['docker1', 'podman1'] as const

export type EngineName = (typeof ENGINE_NAMES)[number]

/** One real engine of each kind. */
export type Engines = Readonly<Record<EngineName, ContainerEngineProcess>>

/** Starts both engines in a folder. When one does not start, the other is ended. */
export async function startEngines(folder: string): Promise<Engines> {
  const [docker, podman] = await Promise.allSettled([
    startDocker(join(folder, 'docker')),
    startPodman(join(folder, 'podman')),
  ])
  if (docker.status === 'fulfilled' && podman.status === 'fulfilled') {
    return { docker1: docker.value, podman1: podman.value }
  }
  for (const start of [docker, podman]) if (start.status === 'fulfilled') await start.value.stop()
  throw docker.status === 'rejected' ? docker.reason : podman
}

export async function stopEngines(engines: Engines | undefined): Promise<void> {
  await Promise.all(Object.values(engines ?? {}).map((engine) => engine.stop()))
}

/** What a Waybill that watches engines is started with; its configuration goes to the folder. */
export function watchArguments(
  folder: string,
  engines: Readonly<Record<string, { readonly socket: string }>>,
): readonly string[] {
  const path = join(folder, 'waybill.json')
  const engine = Object.entries(engines).map(([name, { socket }]) => ({ name, socket }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, JSON.stringify({ sources: { engine } }))
  return ['--config', path]
}
